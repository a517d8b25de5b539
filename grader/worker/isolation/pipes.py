"""The wires to a worker that was started with pipes: its standard input, output and error.

Threads read them, because not every system can wait for several pipes at once. What arrives is kept in one
queue, whose bound limits memory.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO

from grader.worker.wires import CHUNK

_AHEAD = 64  # parts that are read ahead
_SECONDS_BETWEEN_TRIES = 0.1
_REST_SECONDS = 2.0  # in which the output of an ended process is read to its end


class Pipes:
    """The line is standard input and output; what student code prints comes on standard error."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._arrivals: queue.Queue[tuple[bool, bytes]] = queue.Queue(_AHEAD)
        self._to_send: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._held: list[bytes] = []  # of the line, that came while only printed output was read
        self._is_open, self._is_printing, self._is_done = True, True, False
        self._begin(self._write, process.stdin)
        self._begin(self._read_line, process.stdout)
        self._begin(self._read_output, process.stderr)

    @staticmethod
    def _begin(work: object, pipe: IO[bytes] | None) -> None:
        threading.Thread(target=work, args=(pipe,), daemon=True).start()  # type: ignore[arg-type]

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:
            while content := self._to_send.get():
                view = memoryview(content)
                while view:
                    view = view[os.write(pipe.fileno(), view) :]

    def _read_line(self, pipe: IO[bytes]) -> None:
        self._read(pipe, is_line=True)

    def _read_output(self, pipe: IO[bytes]) -> None:
        self._read(pipe, is_line=False)

    def _read(self, pipe: IO[bytes], *, is_line: bool) -> None:
        part = b"-"
        with pipe:
            while part:
                try:
                    part = os.read(pipe.fileno(), CHUNK)
                except OSError:
                    part = b""
                self._put((is_line, part))

    def _put(self, arrival: tuple[bool, bytes]) -> None:
        while not self._is_done:
            with contextlib.suppress(queue.Full):
                self._arrivals.put(arrival, timeout=_SECONDS_BETWEEN_TRIES)
                return

    def send(self, content: bytes, seconds: float) -> None:  # noqa: ARG002 waiting for the answer bounds it
        """Queue what is to be sent on the line."""
        self._to_send.put(content)

    def arrived(self, seconds: float) -> Iterator[tuple[bool, bytes]]:
        """Yield what arrives within this many seconds."""
        if self._held:
            yield True, self._held.pop(0)
            return
        with contextlib.suppress(queue.Empty):
            yield self._arrival(seconds)

    def _arrival(self, seconds: float) -> tuple[bool, bytes]:
        is_line, part = self._arrivals.get(timeout=max(seconds, 1e-6))
        self._is_printing &= is_line or bool(part)
        return is_line, part

    def rest(self) -> Iterator[bytes]:
        """Yield what was printed and is not yet read; after `close`, up to its end."""
        until = time.monotonic() + (0 if self._is_open else _REST_SECONDS)
        try:
            while self._is_printing:
                is_line, part = self._arrival(until - time.monotonic())
                if not is_line:
                    yield part
                elif self._is_open:  # otherwise no one waits for an answer any more
                    self._held.append(part)
        except queue.Empty:
            pass
        finally:
            self._is_done = not self._is_open

    def close(self) -> None:
        """Close the line."""
        self._is_open = False
        self._to_send.put(b"")
