"""The examiner's end of the fork server: it starts the server and asks it for workers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

assert sys.platform != "win32"  # it has no fork

from grader.errors import WorkerFault
from grader.worker.client import CONTROL_SECONDS, Worker
from grader.worker.container import Container
from grader.worker.deadline import waited_for_processor
from grader.worker.ending import Ending, WorkerLimits
from grader.worker.forked_worker import ForkedWorker
from grader.worker.fullness import overfull
from grader.worker.interrupts import held
from grader.worker.namespaces import namespaces
from grader.worker.promises import PROMISES
from grader.worker.sockets import Sockets
from grader.worker.starting import ServerPlace, Start, executed
from grader.worker.temporary import Folder

START_SECONDS = 120.0  # for importing torch from a cold and slow disk
# Each message is read alone, however many have come. macOS has no such sockets: there, nothing is sent ahead.
_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_STREAM
_CREDENTIALS = struct.Struct("iII")  # ucred of unix(7): process, user, group


class ForkServer:
    """A process that has imported `preload` and forks workers.

    `bubblewrap` gives it its own namespaces; without `confine` its workers are not confined. `lanes` is how
    many of these processes share the container's memory.

    If it is `in_series`, one submission follows another. Then the next worker is forked while the one before
    it runs, and nobody waits until a worker has ended. Both are done before another worker is handed out.
    """

    def __init__(
        self,
        preload: Sequence[str],
        *,
        bubblewrap: bool = False,
        confine: bool = True,
        start: Start | None = None,
    ) -> None:
        """Start the server: by exec, unless another `start` is given.

        Raises:
            UsageFault: bubblewrap is asked for and not installed.

        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, _KIND)
        if sys.platform == "linux":  # the kernel adds the sender to each message
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._confine = confine
        self._container = Container()
        self.lanes, self.in_series = 1, False
        self._owed: deque[Callable[[dict[str, Any]], object]] = deque()  # for answers that are not yet read
        self._spare: ForkedWorker | None = None
        self._limits: WorkerLimits | None = None  # of the last worker
        self._folder = Folder("server")
        self._layers: dict[str, Any] | None = None
        self._pid = 0  # of the server, which can be below the process that was started
        self._loaded = set(preload)
        self._errors = -1
        begin = start or executed(preload, bubblewrap=bubblewrap)
        try:
            with theirs, tempfile.TemporaryFile() as errors, held():
                self._process = begin(
                    ServerPlace(theirs.fileno(), errors.fileno(), str(self._folder.path), self._confine)
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
        """Wait until the server is ready; return what it says about its layers.

        Raises:
            WorkerFault: it does not start.

        """
        if self._layers is None:
            self._layers = self._reply(START_SECONDS)
        return self._layers

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps student code apart here; each layer was tested, none is assumed."""
        said = self.start()
        layers = said["isolation"] if self._confine else []
        apart = all(said["namespaces"].get(name) not in {None, own} for name, own in namespaces().items())
        return ("process", *(["namespaces"] if apart and said["namespaces"] else []), *layers, "rlimits")

    @property
    def pid(self) -> int:
        """The server's own process."""
        return self._pid or self._process.pid

    def children(self) -> list[int]:
        """Return the processes that the server forked and that still exist (Linux; elsewhere none)."""
        tasks = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in tasks.read_text(encoding="ascii").split()] if tasks.exists() else []

    @property
    def lacking(self) -> list[str]:
        """The layers that strangers' code needs and that do not work here."""
        return [layer for layer in PROMISES if layer not in self.isolation]

    @property
    def missing(self) -> dict[str, str]:
        """The layers that this machine does not have, and why."""
        return dict(self.start()["missing"])

    def close(self) -> None:
        """End the server and everything that it started."""
        if self._errors < 0:
            return
        with held():
            self._control.close()
            if self._spare:
                self._spare.wires.close()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if self.pid == self._process.pid:
                    os.killpg(self.pid, signal.SIGKILL)
                else:  # its whole namespace ends with it, and then the process that waits for it
                    os.kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._process.pid, signal.SIGCONT)  # the waiting process can be stopped
            self._process.wait()
            os.close(self._errors)
            self._errors = -1
            self._folder.close()

    def load(self, modules: Iterable[str]) -> None:
        """Make the server import these as well, unless it already has: what only some submissions need.

        Raises:
            WorkerFault: the server does not answer.

        """
        new = [name for name in modules if name not in self._loaded]
        if not new:
            return
        self.start()
        self._take_spare(None)  # it would lack them
        self._ask({"op": "import", "modules": new}, START_SECONDS)
        self._loaded.update(new)

    def fork(self, limits: WorkerLimits, files: Path | None = None, families: Collection[str] = ()) -> Worker:
        """Return a new worker, which can read the files in a folder by their names.

        `families`: what it will be asked to watch. The server prepares that once for all such workers.

        Raises:
            WorkerFault: the server does not answer.

        """
        self.start()
        self._settle()  # what has been ended is gone, and the memory that it used is free
        share, kills = self._container.share(self.lanes), self._container.kills()
        own = frozenset(families)
        forked = self._take_spare(None if files else limits, own) or self._begin(limits, own, share, files)
        with contextlib.ExitStack() as unless_answered:
            unless_answered.callback(forked.wires.close)
            if forked.pid and share is not None:  # what is left now, not when it was forked
                self._ask({"op": "share", "pid": forked.pid, "share": share})
            self._settle()
            unless_answered.pop_all()
        if limits == self._limits and not files and not limits.scratch and self._works_ahead:
            with contextlib.suppress(WorkerFault):  # the next request shows it
                self._spare = self._begin(limits, own)
        self._limits = limits
        return self._worker(forked, kills)

    @property
    def _works_ahead(self) -> bool:
        """Whether the next worker can wait: student code cannot look at it."""
        return self.in_series and self._confine and bool(self.start()["hides"])

    def _begin(
        self,
        limits: WorkerLimits,
        families: frozenset[str],
        share: int | None = None,
        files: Path | None = None,
    ) -> ForkedWorker:
        """Ask for a worker, and do not wait for it."""
        (line, their_line), (output, their_output) = socket.socketpair(), socket.socketpair()
        forked = ForkedWorker(limits, families, Sockets(line, output))
        message = {
            "op": "fork",
            "limits": {**asdict(limits), "share": share},
            "files": str(files) if files else None,
            "families": sorted(families),
            "confine": self._confine,
        }
        with their_line, their_output, contextlib.ExitStack() as unless_told:
            unless_told.callback(forked.wires.close)
            self._tell(message, [their_line.fileno(), their_output.fileno()])
            unless_told.pop_all()
        self._owed.append(forked.take)
        return forked

    def _take_spare(
        self, limits: WorkerLimits | None, families: frozenset[str] = frozenset()
    ) -> ForkedWorker | None:
        """Return the worker that was forked ahead, if it is of this kind and lives; otherwise end it."""
        self._settle()
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        if (spare.limits, spare.families) == (limits, families) and spare.wires.is_open():
            return spare
        spare.wires.close()
        self._end_soon(spare.pid)
        return None

    def _worker(self, forked: ForkedWorker, kills: int) -> Worker:
        look = partial(overfull, Path(forked.scratch), forked.limits.scratch) if forked.scratch else None
        shares_numbers = self.start()["namespaces"].get("pid") == namespaces().get("pid")
        waited = partial(waited_for_processor, forked.pid) if shares_numbers else float
        end = partial(self._end, forked.pid, kills)
        return Worker(forked.wires, end, forked.limits, look, waited=waited)

    def _end(self, pid: int, kills: int, dying: bool) -> Ending:
        if self._works_ahead and not dying:
            return self._end_soon(pid)
        reply = self._ask({"op": "end", "pid": pid, "dying": dying})
        ending = Ending(**reply, starved=self._container.kills() > kills)
        if ending.why == "killed" and "seccomp" not in self.isolation:
            return replace(ending, status=signal.SIGABRT)  # nothing kept it from doing that itself
        return ending

    def _end_soon(self, pid: int) -> Ending:
        """Have a worker ended of which nobody asks how it ended."""
        self._tell({"op": "end", "pid": pid, "dying": False})
        self._owed.append(lambda _answer: None)
        return Ending()

    def _ask(self, message: dict[str, Any], seconds: float = CONTROL_SECONDS) -> dict[str, Any]:
        """Return the answer to a message, which comes after those that have not been read."""
        self._tell(message)
        self._settle()
        return self._reply(seconds)

    def _settle(self) -> None:
        """Read the answers that nobody has waited for."""
        while self._owed:
            self._owed.popleft()(self._reply(CONTROL_SECONDS))

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
        last = errors.splitlines()[-1] if errors else "it gave no reason"
        return WorkerFault(f"The process that runs student code is gone: {last}.")
