"""The examiner's end of a worker: talks with it under a deadline, and trusts nothing that comes back."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.errors import WorkerFault
from grader.worker.child import READY
from grader.worker.ending import MAX_OUTPUT, Ending, WorkerEnded, WorkerLimits
from grader.worker.wire import (
    MAX_HEADER,
    PREFIX,
    Encoder,
    Frame,
    TooLargeError,
    WireError,
    frame_length,
    pack,
    unpack,
)

CONTROL_SECONDS = 30.0
SCRATCH_SECONDS = 0.05  # between two looks at how full a scratch folder is
MAX_SCRATCH_FILES = 10_000
_READ = 1 << 18


class _DiskFullError(Exception):
    """A worker has filled its scratch folder."""


_WHYS: dict[type[Exception], str] = {  # the narrower first
    TooLargeError: "too-large",
    WireError: "malformed",
    _DiskFullError: "disk",
    TimeoutError: "timeout",
}


_FAULTS = {
    "killed": "Another program killed the process that ran this.",
    "starved": "The container has too little memory to run this. Give it more, or use fewer --jobs.",
}


class Worker:
    """One process that runs one submission. It trusts nothing that comes back."""

    def __init__(
        self,
        line: socket.socket,
        output: socket.socket,
        end: Callable[[bool], Ending],
        limits: WorkerLimits,
        scratch: tuple[Path, int] | None = None,
    ) -> None:
        self._line, self._output, self._end = line, output, end
        self._limits, self._scratch = limits, scratch
        self._selector = selectors.PollSelector()  # for two sockets: epoll would cost a descriptor
        self._selector.register(line, selectors.EVENT_READ)
        self._selector.register(output, selectors.EVENT_READ)
        self._received = bytearray()
        self._ready = False
        self._requests = 0
        self._open = True
        self.output = bytearray()
        self.output_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self, *, dying: bool = False) -> Ending:
        """End the process; returns how it ended, the first time."""
        if not self._open:
            return Ending()
        self._open = False
        self._drain()
        self._selector.close()
        self._line.close()
        self._output.close()
        return self._end(dying)

    def ask(
        self,
        request: dict[str, Any],
        seconds: float,
        encoder: Encoder | None = None,
        running: Callable[[dict[str, Any]], float] | None = None,
    ) -> Frame:
        """Send a request and wait for its reply.

        `running` is told of each notice that a unit has begun, and returns the seconds from then on.

        Raises:
            WorkerEnded: no whole, well-formed reply to this request came in time; the worker is gone.
            WorkerFault: it was never ready, or somebody else has killed it.

        """
        self._requests += 1
        message = pack({**request, "id": self._requests}, encoder.buffers if encoder else ())
        try:
            self._wait()
            return self._converse(message, seconds, running)
        except (WireError, _DiskFullError, TimeoutError) as error:
            self.close()
            raise WorkerEnded(next(why for kind, why in _WHYS.items() if isinstance(error, kind))) from None
        except OSError:
            raise self._hung_up() from None

    def _wait(self) -> None:
        """Wait until the worker is ready for student code, whose time begins then."""
        if not self._ready:
            self._line.settimeout(CONTROL_SECONDS)
            try:
                self._ready = self._line.recv(1) == READY
            except TimeoutError:
                self.close()
                raise WorkerFault("A worker was not ready in time: the machine may be too busy.") from None
            if not self._ready:
                raise ConnectionResetError

    def _converse(
        self, message: bytes, seconds: float, running: Callable[[dict[str, Any]], float] | None
    ) -> Frame:
        """Send a message and wait for what answers it."""
        until = time.monotonic() + seconds
        self._line.settimeout(seconds)
        self._line.sendall(message)
        while True:
            frame = self._receive(until)
            if frame.header.get("id") != self._requests:
                raise WireError("a reply to another request")
            if "running" not in frame.header:
                return frame
            if running is None or not isinstance(frame.header["running"], dict):
                raise WireError("an unexpected notice")
            until = time.monotonic() + running(frame.header["running"])

    def _hung_up(self) -> Exception:
        """Why the line is dead: our own fault as long as the worker was not ready for student code."""
        ending = self.close(dying=True)
        if self._ready and ending.why in _FAULTS:
            return WorkerFault(_FAULTS[ending.why])
        if self._ready and self._limits.scratch and ending.by == signal.SIGBUS:
            return WorkerEnded(
                "disk"
            )  # a map of a file had no page: only those of its own files can lack one
        if self._ready:
            return WorkerEnded(ending.why)
        said = bytes(self.output).decode(errors="replace").strip().splitlines()
        return WorkerFault(
            f"A worker could not confine itself: {said[-1] if said else 'it did not say why'}."
        )

    def _receive(self, until: float) -> Frame:
        """The next whole frame, while output is drained so that printing never blocks."""
        while True:
            frame = self._whole_frame()
            if frame is not None:
                return frame
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self._scratch and _size_of(*self._scratch) > self._scratch[1]:
                raise _DiskFullError
            for key, _ in self._selector.select(min(left, SCRATCH_SECONDS) if self._scratch else left):
                if key.fileobj is self._line:
                    part = self._line.recv(_READ)
                    if not part:
                        raise ConnectionResetError
                    self._received += part
                else:
                    self._take_output()

    def _whole_frame(self) -> Frame | None:
        """A frame that has arrived."""
        if len(self._received) < PREFIX.size:
            return None
        prefix = bytes(self._received[: PREFIX.size])
        end = PREFIX.size + frame_length(prefix)
        if end > self._limits.result + MAX_HEADER:
            raise TooLargeError("a result is larger than the limit")
        if len(self._received) < end:
            return None
        content = self._received[PREFIX.size : end]
        del self._received[:end]
        return unpack(prefix, content)

    def _take_output(self) -> None:
        try:
            part = self._output.recv(_READ)
        except OSError:
            part = b""
        if not part:
            self._selector.unregister(self._output)
        self.output_bytes += len(part)
        self.output += part[: max(0, self._limits.output - len(self.output))]

    def _drain(self) -> None:
        """Take what the worker has printed and nobody has read."""
        self._output.setblocking(False)
        with contextlib.suppress(OSError):
            while part := self._output.recv(_READ):
                self.output_bytes += len(part)
                self.output += part[: max(0, self._limits.output - len(self.output))]
                if self.output_bytes > 100 * MAX_OUTPUT:
                    break


def _size_of(folder: Path, bound: int) -> int:
    """The bytes below a folder, each entry at least a block; more than `bound` once that is certain.

    What cannot be looked into, or is nested too deeply for a path, counts as too much.
    """
    total, count, folders = 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    count += 1
                    total += max(entry.stat(follow_symlinks=False).st_blocks * 512, 4096)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    if total > bound or count > MAX_SCRATCH_FILES:
                        return bound + 1
        except FileNotFoundError:
            continue  # removed in between
        except OSError:
            return bound + 1
    return total
