"""The examiner's end of a worker: it talks under a deadline, and trusts nothing that comes back."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from grader.errors import WorkerFault
from grader.worker.child import READY
from grader.worker.deadline import LOOK_SECONDS, Deadline
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
from grader.worker.wires import Wires

CONTROL_SECONDS = 30.0

Look = Callable[[], str]  # why a worker has to be ended; "" if it does not
_SIGBUS = getattr(signal, "SIGBUS", None)  # Windows has none


class _TookTooMuchError(Exception):
    """A worker uses more than it may; the message is the reason."""


_WHYS: dict[type[Exception], str] = {  # the narrower one first
    TooLargeError: "too-large",
    WireError: "malformed",
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
        wires: Wires,
        end: Callable[[bool], Ending],
        limits: WorkerLimits,
        look: Look | None = None,
        ready_seconds: float = CONTROL_SECONDS,
        waited: Callable[[], float] = float,
    ) -> None:
        """Take a worker that is being started; `end` ends it, and says how it ended.

        `waited` returns the seconds that it has waited for a processor, which do not count as its own.
        """
        self._wires, self._end = wires, end
        self._limits, self._look = limits, look
        self._ready_seconds, self._waited = ready_seconds, waited
        self._asked: Deadline | None = None  # of the last request
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
        """End the process; return how it ended, the first time."""
        if not self._open:
            return Ending()
        self._open = False
        self._drain()
        self._wires.close()
        ending = self._end(dying)
        self._drain()
        return ending

    def waited(self) -> float:
        """Return the seconds that it has waited for a processor; 0 if it is gone."""
        return self._waited()

    def waited_since_asked(self) -> float:
        """Return the seconds that it has waited for a processor since the last request.

        They are 0 if it is gone, or if the reply came within LOOK_SECONDS.
        """
        return self._asked.waited() if self._asked else 0.0

    def printed(self) -> bytes:
        """Return what was printed so far."""
        self._drain()
        return bytes(self.output)

    def ask(
        self,
        request: dict[str, Any],
        seconds: float,
        encoder: Encoder | None = None,
        running: Callable[[dict[str, Any]], float] | None = None,
    ) -> Frame:
        """Send a request and wait for its reply.

        `running` receives each notice that a unit has begun, and returns the seconds allowed from then on.

        Raises:
            WorkerEnded: no whole, well-formed reply to this request came in time; the worker is gone.
            WorkerFault: it was never ready, or another program killed it.

        """
        self._requests += 1
        message = pack({**request, "id": self._requests}, encoder.buffers if encoder else ())
        try:
            self._wait()
            return self._converse(message, seconds, running)
        except _TookTooMuchError as error:
            self.close()
            raise WorkerEnded(str(error)) from None
        except (WireError, TimeoutError) as error:
            self.close()
            raise WorkerEnded(next(why for kind, why in _WHYS.items() if isinstance(error, kind))) from None
        except OSError:
            raise self._hung_up() from None

    def _wait(self) -> None:
        """Wait until the worker is ready for student code, whose time begins then."""
        if self._ready:
            return
        deadline = Deadline(self._ready_seconds, self._waited)
        try:
            while not self._received:
                self._take(deadline)
        except TimeoutError:
            self.close()
            raise WorkerFault("A worker was not ready in time: the machine may be too busy.") from None
        self._ready = self._received[:1] == READY
        if not self._ready:
            raise ConnectionResetError
        del self._received[:1]

    def _converse(
        self, message: bytes, seconds: float, running: Callable[[dict[str, Any]], float] | None
    ) -> Frame:
        """Send a message and wait for its reply."""
        deadline = self._asked = Deadline(seconds, self._waited)
        self._wires.send(message, seconds)
        while True:
            frame = self._receive(deadline)
            if frame.header.get("id") != self._requests:
                raise WireError("a reply to another request")
            if "running" not in frame.header:
                return frame
            if running is None or not isinstance(frame.header["running"], dict):
                raise WireError("an unexpected notice")
            deadline = Deadline(running(frame.header["running"]), self._waited)

    def _hung_up(self) -> Exception:
        """Return why the line is dead: the grader's fault if the worker was not ready for student code."""
        ending = self.close(dying=True)
        if self._ready and ending.why in _FAULTS:
            return WorkerFault(_FAULTS[ending.why])
        if self._ready and self._limits.scratch and ending.by == _SIGBUS:
            # A map of a file lacked a page: only its own files can lack one.
            return WorkerEnded("disk")
        if self._ready:
            return WorkerEnded(ending.why)
        said = bytes(self.output).decode(errors="replace").strip().splitlines()
        return WorkerFault(f"A worker could not confine itself: {said[-1] if said else 'it gave no reason'}.")

    def _receive(self, deadline: Deadline) -> Frame:
        """Return the next whole frame; drain output meanwhile, so that printing never blocks."""
        while True:
            frame = self._whole_frame()
            if frame is not None:
                return frame
            self._take(deadline)

    def _take(self, deadline: Deadline) -> None:
        """Wait for more, and read it."""
        seconds = deadline.next_wait()
        if self._look and (why := self._look()):
            raise _TookTooMuchError(why)
        looks = self._look or not deadline.is_watched
        for is_line, part in self._wires.arrived(min(seconds, LOOK_SECONDS) if looks else seconds):
            if not is_line:
                self._keep(part)
            elif part:
                self._received += part
            else:
                raise ConnectionResetError

    def _whole_frame(self) -> Frame | None:
        """Return a frame that has arrived."""
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

    def _keep(self, part: bytes) -> None:
        self.output_bytes += len(part)
        self.output += part[: max(0, self._limits.output - len(self.output))]

    def _drain(self) -> None:
        """Read what the worker has printed and no one has read."""
        for part in self._wires.rest():
            self._keep(part)
            if self.output_bytes > 100 * MAX_OUTPUT:
                break
