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
from collections.abc import Iterable, Sequence
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
from grader.worker.fullness import overfull
from grader.worker.interrupts import held
from grader.worker.namespaces import namespaces
from grader.worker.promises import PROMISES
from grader.worker.sockets import Sockets
from grader.worker.starting import ServerPlace, Start, executed
from grader.worker.temporary import Folder

START_SECONDS = 120.0  # for importing torch from a cold and slow disk
_CREDENTIALS = struct.Struct("iII")  # ucred of unix(7): process, user, group


class ForkServer:
    """A process that has imported `preload` and forks workers.

    `bubblewrap` gives it its own namespaces; without `confine` its workers are not confined. `lanes` is how
    many of these processes share the container's memory.
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
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        if sys.platform == "linux":  # the kernel adds the sender to each message
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._confine = confine
        self._container = Container()
        self.lanes = 1
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
        self._tell({"op": "import", "modules": new})
        self._reply(START_SECONDS)
        self._loaded.update(new)

    def fork(self, limits: WorkerLimits, files: Path | None = None) -> Worker:
        """Return a new worker, which can read the files in a folder by their names.

        Raises:
            WorkerFault: the server does not answer.

        """
        self.start()
        share, kills = self._container.share(self.lanes), self._container.kills()
        with contextlib.ExitStack() as stack:
            line, their_line = map(stack.enter_context, socket.socketpair())
            output, their_output = map(stack.enter_context, socket.socketpair())
            message = {
                "op": "fork",
                "limits": {**asdict(limits), "share": share},
                "files": str(files) if files else None,
                "confine": self._confine,
            }
            self._tell(message, [their_line.fileno(), their_output.fileno()])
            reply = self._reply(CONTROL_SECONDS)
            stack.pop_all()
        their_line.close()
        their_output.close()
        pid, scratch = int(reply["pid"]), reply["scratch"]
        look = partial(overfull, Path(scratch), limits.scratch) if scratch else None
        end = partial(self._end, pid, kills)
        shares_numbers = self.start()["namespaces"].get("pid") == namespaces().get("pid")
        waited = partial(waited_for_processor, pid) if shares_numbers else float
        return Worker(Sockets(line, output), end, limits, look, waited=waited)

    def _end(self, pid: int, kills: int, dying: bool) -> Ending:
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
        last = errors.splitlines()[-1] if errors else "it gave no reason"
        return WorkerFault(f"The process that runs student code is gone: {last}.")
