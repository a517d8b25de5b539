"""The wires to a worker that a fork server has forked: two sockets."""

from __future__ import annotations

import contextlib
import select
import selectors
import socket
import sys
from collections.abc import Iterator

assert sys.platform != "win32"  # it has no fork

from grader.worker.wires import CHUNK


class Sockets:
    """The line and the output as sockets."""

    def __init__(self, line: socket.socket, output: socket.socket) -> None:
        self._line, self._output = line, output
        self._selector = selectors.PollSelector()  # for two sockets: epoll would cost a descriptor
        self._selector.register(line, selectors.EVENT_READ)
        self._selector.register(output, selectors.EVENT_READ)

    def is_open(self) -> bool:
        """Return whether the worker still holds the other end of its line, without reading anything."""
        poll = select.poll()
        poll.register(self._line, 0)  # a closed end is always reported
        return not poll.poll(0)

    def send(self, content: bytes, seconds: float) -> None:
        """Send on the line."""
        self._line.settimeout(seconds)
        self._line.sendall(content)

    def arrived(self, seconds: float) -> Iterator[tuple[bool, bytes]]:
        """Yield what arrives within this many seconds."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._line:
                yield True, self._line.recv(CHUNK)
            else:
                yield False, self._printed()

    def _printed(self) -> bytes:
        part = b""
        with contextlib.suppress(OSError):
            part = self._output.recv(CHUNK)
        if not part:
            self._selector.unregister(self._output)
        return part

    def rest(self) -> Iterator[bytes]:
        """Yield what was printed and is not yet read."""
        with contextlib.suppress(OSError):  # even after `close`
            self._output.setblocking(False)
            while part := self._output.recv(CHUNK):
                yield part

    def close(self) -> None:
        """Close both."""
        self._selector.close()
        self._line.close()
        self._output.close()
