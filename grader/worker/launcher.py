"""The examiner's end: starts the fork server, asks it for workers, and talks with them under a deadline."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from grader.errors import WorkerFault
from grader.worker.child import NO_MEMORY, READY
from grader.worker.container import Container
from grader.worker.interrupts import held
from grader.worker.namespaces import namespaces
from grader.worker.starting import Place, Start, executed
from grader.worker.temporary import Folder
from grader.worker.wire import (
    MAX_BODY,
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

Isolation = Literal["full", "process", "bubblewrap"]
START_SECONDS = 120.0  # for importing torch from a cold and slow disk
CONTROL_SECONDS = 30.0
MAX_OUTPUT = 64 << 10  # bytes of a submission's output that are kept
SCRATCH_SECONDS = 0.05  # between two looks at how full a scratch folder is
MAX_SCRATCH_FILES = 10_000
REQUIRED = ("no_new_privs", "landlock", "seccomp")  # layers without which strangers' code is not run
RESERVE = 32 << 20  # bytes of a container's memory that each worker leaves to its examiner
LEAST_SHARE = 64 << 20  # bytes that a worker may take even if there are fewer: perhaps it needs none
BLAMED = 32 << 20  # bytes that a worker must have taken to be blamed if there were none left
_READ = 1 << 18
_CREDENTIALS = struct.Struct("iII")  # ucred of unix(7): process, user, group


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


class WorkerEnded(Exception):
    """A worker is gone, or had to be: why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # timeout, memory, crashed, exit, too-large, disk or malformed


@dataclass(frozen=True)
class WorkerLimits:
    """What one worker may use: bytes of memory, seconds of processor, bytes of files and of one result.

    Of what it prints, `output` bytes are kept.
    """

    memory: int
    cpu: int
    scratch: int = 0
    result: int = MAX_BODY
    output: int = MAX_OUTPUT


@dataclass(frozen=True)
class Ending:
    """How a worker ended, by what the kernel accounts for and not by what it says.

    Its wait status, whether its processor time was spent, the bytes of memory that it has taken, whether it
    had to be killed by us, and whether the kernel has killed for want of memory since its fork.
    """

    status: int = 0
    spent: bool = False
    took: int = 0
    lived_on: bool = False
    starved: bool = False

    @property
    def by(self) -> int:
        """The signal that ended it; a number beyond signal.Signals, if it is a real-time signal."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0

    @property
    def why(self) -> str:
        """Why, as WorkerEnded says it; "starved" or "killed" if it is not to blame."""
        if os.WIFEXITED(self.status):
            return "memory" if os.WEXITSTATUS(self.status) == NO_MEMORY else "exit"
        if self.by != signal.SIGKILL:
            return "timeout" if self.by == signal.SIGXCPU else "crashed"
        if self.spent:  # it has ignored SIGXCPU
            return "timeout"
        if self.starved:
            return "memory" if self.took >= BLAMED else "starved"
        return "malformed" if self.lived_on else "killed"


class ForkServer:
    """A process that has imported `preload` and forks workers.

    `lanes` is how many such processes share what the container has of memory.
    """

    def __init__(
        self,
        preload: Sequence[str],
        *,
        isolation: Isolation = "full",
        start: Start | None = None,
    ) -> None:
        """Start it: by exec, unless `start` knows better.

        Raises:
            UsageFault: bubblewrap is asked for and not installed.

        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        if sys.platform == "linux":  # the kernel says with each message whose it is
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._confine = isolation != "process"
        self._container = Container()
        self.lanes = 1
        self._folder = Folder("server")
        self._layers: dict[str, Any] | None = None
        self._pid = 0  # of the server, which may be below the process that was started
        self._loaded = set(preload)
        self._errors = -1
        begin = start or executed(preload, bubblewrap=isolation == "bubblewrap")
        try:
            with theirs, tempfile.TemporaryFile() as errors, held():
                self._process = begin(
                    Place(theirs.fileno(), errors.fileno(), str(self._folder.path), self._confine)
                )
                self._errors = os.dup(errors.fileno())
        except BaseException:
            self._control.close()
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def start(self) -> dict[str, Any]:
        """Wait until the server is ready; what it says of its layers.

        Raises:
            WorkerFault: it does not start.

        """
        if self._layers is None:
            self._layers = self._reply(START_SECONDS)
        return self._layers

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps student code apart here; each layer was tried, none is assumed."""
        said = self.start()
        layers = said["isolation"] if self._confine else []
        apart = all(said["namespaces"].get(name) not in {None, own} for name, own in namespaces().items())
        return ("process", *(["namespaces"] if apart and said["namespaces"] else []), *layers, "rlimits")

    @property
    def pid(self) -> int:
        """The server's own process."""
        return self._pid or self._process.pid

    def children(self) -> list[int]:
        """The processes that the server has forked and that are still there (Linux; elsewhere none)."""
        tasks = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in tasks.read_text(encoding="ascii").split()] if tasks.exists() else []

    @property
    def lacking(self) -> list[str]:
        """The layers that strangers' code needs and that are not in force here."""
        return [layer for layer in REQUIRED if layer not in self.isolation]

    @property
    def missing(self) -> dict[str, str]:
        """The layers that this machine does not have, and why."""
        return dict(self.start()["missing"])

    def close(self) -> None:
        """End the server and with it whatever it started."""
        if self._errors < 0:
            return
        with held():
            self._control.close()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if self.pid == self._process.pid:
                    os.killpg(self.pid, signal.SIGKILL)
                else:  # with it end all of its namespace, and then what waits for it
                    os.kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._process.pid, signal.SIGCONT)  # what waits may have been stopped
            self._process.wait()
            os.close(self._errors)
            self._errors = -1
            self._folder.close()

    def load(self, modules: Iterable[str]) -> None:
        """Have it import these too, unless it has already: what only some submissions need.

        Raises:
            WorkerFault: the server does not answer.

        """
        new = [name for name in modules if name not in self._loaded]
        if not new:
            return
        self.start()
        self._tell({"op": "import", "modules": new})
        self._reply(START_SECONDS)
        self._loaded.update(new)

    def fork(self, limits: WorkerLimits) -> Worker:
        """A new worker.

        Raises:
            WorkerFault: the server does not answer.

        """
        self.start()
        share, kills = self._share(), self._container.kills()
        with contextlib.ExitStack() as stack:
            line, their_line = map(stack.enter_context, socket.socketpair())
            output, their_output = map(stack.enter_context, socket.socketpair())
            message = {"op": "fork", "limits": {**asdict(limits), "share": share}, "confine": self._confine}
            self._tell(message, [their_line.fileno(), their_output.fileno()])
            reply = self._reply(CONTROL_SECONDS)
            stack.pop_all()
        their_line.close()
        their_output.close()
        pid, scratch = int(reply["pid"]), reply["scratch"]
        watched = (Path(scratch), limits.scratch) if scratch else None
        return Worker(line, output, lambda dying: self._end(pid, kills, dying=dying), limits, watched)

    def _share(self) -> int | None:
        """The bytes of memory that a worker may take of what the container has; None without a limit."""
        left = self._container.memory_left()
        return None if left is None else max(left // self.lanes - RESERVE, LEAST_SHARE)

    def _end(self, pid: int, kills: int, *, dying: bool) -> Ending:
        self._tell({"op": "end", "pid": pid, "dying": dying})
        ending = Ending(**self._reply(CONTROL_SECONDS), starved=self._container.kills() > kills)
        if ending.why == "killed" and "seccomp" not in self.isolation:
            return replace(ending, status=signal.SIGABRT)  # nothing kept it from doing that itself
        return ending

    def _tell(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        content = json.dumps(message).encode()
        try:
            if descriptors:
                socket.send_fds(self._control, [content], descriptors)
            else:
                self._control.sendall(content)
        except OSError:
            raise self._fault() from None

    def _reply(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            content, attached, _, _ = self._control.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
            reply: dict[str, Any] = json.loads(content)
        except (OSError, ValueError):
            raise self._fault() from None
        for _, _, credentials in attached:
            self._pid = _CREDENTIALS.unpack(credentials)[0]
        return reply

    def _fault(self) -> WorkerFault:
        errors = os.pread(self._errors, 4000, 0).decode(errors="replace").strip()
        last = errors.splitlines()[-1] if errors else "it did not say why"
        return WorkerFault(f"The process that runs student code is gone: {last}.")


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
