"""The processes that `grader.worker.start` forks, seen from the command that asks for them."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

assert sys.platform != "win32"  # it has no fork

from grader.worker.environment import clean_environment
from grader.worker.interrupts import held
from grader.worker.last_note import LastNote
from grader.worker.wanted import Begun, Wanted, here, last_line

BEGIN_SECONDS = 0.3  # in which a zygote forks, unless it is still importing
BUFFER = 1 << 18  # bytes for each direction of a line, where the system allows this many
KILL_SECONDS = 5.0  # that a zygote gets to kill what it has forked, before it is killed itself
_PROGRAM = (sys.executable, "-E", "-P", "-m", "grader.worker.start")


def executed(modules: Sequence[str], control: int, errors: int) -> subprocess.Popen[bytes]:
    """Start a zygote by exec, with a clean environment."""
    return subprocess.Popen(  # noqa: S603 our own module
        [*_PROGRAM, str(control), *modules],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # what checks print
        stderr=errors,
        env=clean_environment(),
        cwd="/",
        pass_fds=[control],
        start_new_session=True,  # Ctrl-C in the terminal reaches only the process that started it
    )


class ZygoteProcess:
    """A process that has imported modules and forks."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._control, theirs = socket.socketpair()
        self._words, self._lock = "", threading.Lock()  # the lanes of a node share it
        with theirs, tempfile.TemporaryFile() as errors:
            self._process = executed(modules, theirs.fileno(), errors.fileno())
            self._errors = os.dup(errors.fileno())

    @property
    def is_alive(self) -> bool:
        """Whether it can fork."""
        return self._process.poll() is None

    def fork(self, wanted: Wanted, line: int, errors: int, note: int) -> ForkedProcess:
        """Ask for a process, which begins as soon as the modules are imported."""
        ours, theirs = socket.socketpair()
        with theirs, contextlib.suppress(OSError):  # the leash shows that it is dead
            socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            socket.send_fds(ours, [_request(wanted)], [line, errors, note])
        return ForkedProcess(self, ours)

    def kill(self) -> None:
        """End it at once; the processes that it forked tidy up and end."""
        with held(), self._lock:
            self._process.kill()
            self._process.wait()
            self._words = self._said()
            self._control.close()
            errors, self._errors = self._errors, -1
            if errors >= 0:
                os.close(errors)

    def last_words(self) -> str:
        """Return the last line that it wrote to stderr, if it wrote one."""
        with self._lock:
            return self._said()

    def _said(self) -> str:
        return last_line(self._errors) if self._errors >= 0 else self._words


@dataclass
class ForkedProcess:
    """A process that a zygote has forked, or will."""

    zygote: ZygoteProcess
    leash: socket.socket
    pid: int = 0
    code: int | None = None
    is_lost: bool = False  # the zygote ended first
    _said: bytes = field(default=b"", repr=False)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has."""
        return self._heard(seconds, lambda: False)

    def begun(self, seconds: float = 0.0) -> bool:
        """Wait until it has begun; return whether it has."""
        return self._heard(seconds, lambda: self.pid > 0) and self.pid > 0

    def _heard(self, seconds: float, is_enough: Callable[[], bool]) -> bool:
        until = time.monotonic() + seconds
        while not (is_enough() or self.code is not None or self.is_lost):
            try:
                self.leash.settimeout(max(until - time.monotonic(), 1e-6))
                content = self.leash.recv(4096)
            except TimeoutError:
                return False
            except OSError:
                content = b""
            self._hear(content)
        return True

    def _hear(self, content: bytes) -> None:
        *lines, self._said = (self._said + content).split(b"\n")
        for line in lines:
            said = json.loads(line)
            self.pid = said.get("pid", self.pid)
            self.code = said.get("code", self.code)
        self.is_lost = not content

    def interrupt(self) -> None:
        """Have the process tidy up and end, whatever it is doing."""
        if self.begun(BEGIN_SECONDS):
            self._tell(b"i")
        else:
            self.zygote.kill()

    def kill(self) -> None:
        """End the process and its group."""
        if self.begun():
            self._tell(b"k")
            self.wait(KILL_SECONDS)
        if self.code is None:
            self.zygote.kill()
            if self.pid:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
        self.leash.close()

    def starter_words(self) -> str:
        """Return why it ended, if the zygote is to blame."""
        return (self.zygote.last_words() or "the process that started it has ended") if self.is_lost else ""

    def _tell(self, command: bytes) -> None:
        with contextlib.suppress(OSError):
            self.leash.send(command)


def _request(wanted: Wanted) -> bytes:
    """Return the line of JSON that a zygote reads."""
    return json.dumps({**vars(wanted), "environment": wanted.environment, "cwd": here()}).encode() + b"\n"


def begin(wanted: Wanted, modules: Sequence[str], errors: int) -> Begun:
    """Fork a process that examines, from a zygote that has imported these modules."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, buffer, BUFFER)
    # Data takes more room in the buffers than its bytes.
    most_ahead = ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 4
    note = LastNote.new()
    with theirs:
        child = zygote(modules, wanted.owner).fork(wanted, theirs.fileno(), errors, note.descriptor)
    return Begun(child, Connection(ours.detach()), most_ahead, note)


_LOCK = threading.Lock()
_ZYGOTES: dict[tuple[str, ...], ZygoteProcess] = {}  # by owner, program and modules


def zygote(modules: Sequence[str], owner: str = "") -> ZygoteProcess:
    """Return the zygote that has imported exactly these modules, for one owner in this process."""
    key = (owner, *_PROGRAM, *modules)
    with _LOCK, held():
        if key not in _ZYGOTES or not _ZYGOTES[key].is_alive:
            if not _ZYGOTES:
                atexit.register(end_zygotes)
            _ZYGOTES[key] = ZygoteProcess(modules)
        return _ZYGOTES[key]


def end_zygotes(owner: str | None = None) -> None:
    """End the zygotes of one owner, or all of them."""
    with _LOCK:
        for key in [key for key in _ZYGOTES if owner is None or key[0] == owner]:
            _ZYGOTES.pop(key).kill()
