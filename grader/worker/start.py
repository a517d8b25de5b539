"""A zygote: it imports what is slow once, and forks an examiner's process on request.

Run as `python -E -P -m grader.worker.start FD MODULE...` in a clean environment. FD is a Unix socket, over
which come one byte and one more socket for each requested process: its leash. On the leash come a line of
JSON (`folder`, `isolation`, `examiner`, `environment`, `cwd`) and three descriptors: the line to the
command, a file for errors, and the memory of the last note. The answer is `{"pid": N}`, and when the
process has ended `{"code": N}`. The byte `i` interrupts the process, `k` kills it. A zygote ends when its
command closes the socket, and its processes end with it.

The zygote has a clean half, which forks the fork servers (`grader.worker.server_starter`). It is split off
before the other half imports what examiners need: one import of torch and one of the grader serve them all.
If only one process is wanted, as by `grade`, it imports the grader itself while its fork server gets ready.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

assert sys.platform != "win32"  # it has no fork

from grader.worker.folders import claim, remove
from grader.worker.garbage import YOUNG_OBJECTS
from grader.worker.isolation import forking  # noqa: F401 once, for all that are forked
from grader.worker.isolation.ways import WAYS
from grader.worker.last_note import LastNote
from grader.worker.line import QuickLine
from grader.worker.prctl import die_with
from grader.worker.server import serve
from grader.worker.server_starter import STARTER, begin
from grader.worker.starting import close_above
from grader.worker.warming import load

MAX_REQUEST = 1 << 18  # bytes
_LINE = 3  # the descriptor of an examiner's line to its command
_NOTE = STARTER + 1  # of the memory of its last note


def main() -> None:
    """Import, then fork whenever the command asks."""
    gc.disable()  # while everything is imported: garbage collection takes a tenth of the time
    control, *modules = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # a message for the process waits for it
    load(modules)
    clean, starter = begin(serve)
    Zygote(socket.socket(fileno=int(control)), modules, clean, starter).run()


@dataclass
class Zygote:
    """The line to the command, the clean half and the line to it, and the leash of each forked process."""

    control: socket.socket
    modules: Sequence[str]
    clean: int
    starter: socket.socket
    leashes: dict[int, socket.socket] = field(default_factory=dict)  # by process
    has_forked: bool = False
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Do what the command says until it closes the socket, or the clean half has ended."""
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # otherwise it would wake no one
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        for line in (self.control, woken):
            self.selector.register(line, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.data is not None:
                    self._obey(key.data)
                elif key.fileobj is woken:
                    woken.recv(MAX_REQUEST)
                elif not self._begin():
                    return
            if not self._reap():
                return

    def _begin(self) -> bool:
        """Fork one process; return whether the command is still there."""
        content, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        if not content:
            return False
        given: list[int] = []
        for descriptor in descriptors:  # none if this process has too many open
            leash = socket.socket(fileno=descriptor)
            try:
                self._fork(leash, _read_request(leash, given), given)
            except EOFError:  # it is no longer wanted
                leash.close()
            except OSError as error:  # the system has no room for another process
                with contextlib.suppress(OSError):
                    os.write(given[1], f"{type(error).__name__}: {error.strerror}\n".encode())
                leash.close()
            finally:
                for one in given:
                    os.close(one)
        return True

    def _fork(self, leash: socket.socket, request: dict[str, Any], given: Sequence[int]) -> None:
        if self.has_forked or any(key.fileobj is self.control for key, _ in self.selector.select(0)):
            _prepare(request["examiner"])
        self.has_forked = True  # a lone process imports for itself, while its fork server gets ready
        zygote, pid = os.getpid(), os.fork()
        if pid == 0:
            _become(request, [*given, self.starter.fileno()], self.modules, zygote)
        self.leashes[pid] = leash
        self.selector.register(leash, selectors.EVENT_READ, pid)
        _say(leash, {"pid": pid})

    def _obey(self, pid: int) -> None:
        """Do what a leash says; a closed leash leaves the process alone."""
        leash = self.leashes.get(pid)
        if leash is None:
            return
        said = b""
        with contextlib.suppress(ConnectionError):  # closed with something unread
            said = leash.recv(MAX_REQUEST)
        if not said:
            self.selector.unregister(leash)
        elif b"k" in said:
            _kill(pid)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    def _reap(self) -> bool:
        """Report how processes have ended, and end what is left of their groups; return whether to go on."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid or pid == self.clean:
                return not pid
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            leash = self.leashes.pop(pid, None)
            if leash is None:
                continue  # what an imported package has started
            _say(leash, {"code": os.waitstatus_to_exitcode(status)})
            with contextlib.suppress(KeyError):
                self.selector.unregister(leash)
            leash.close()


def _read_request(leash: socket.socket, given: list[int]) -> dict[str, Any]:
    """Read which process is wanted; its descriptors are added to `given`.

    Raises:
        EOFError: the command has gone.

    """
    content, descriptors, _, _ = socket.recv_fds(leash, MAX_REQUEST, 3)
    given += descriptors
    while not content.endswith(b"\n"):
        more = leash.recv(MAX_REQUEST)
        if not more:
            raise EOFError
        content += more
    if len(given) < 3:
        raise EOFError
    request: dict[str, Any] = json.loads(content)
    return request


def _prepare(examiner: str) -> None:
    """Do once what each examiner would do first. If an import fails, the examiner reports it."""
    if examiner not in sys.modules:
        with contextlib.suppress(Exception):
            _ready(examiner)
        gc.freeze()


def _ready(examiner: str) -> ModuleType:
    """Import an examiner's module, and do what it does first."""
    module = importlib.import_module(examiner)
    module.warm_up()
    return module


def _say(leash: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):  # no one listens any more
        leash.sendall(json.dumps(message).encode() + b"\n")


def _kill(pid: int) -> None:
    """Kill a process and its group, which may not exist yet."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _become(request: dict[str, Any], given: Sequence[int], modules: Sequence[str], zygote: int) -> NoReturn:
    """Be the requested process, from the fork to the end."""
    code = 1
    try:
        try:
            _let_go(request, given)
            signal.signal(signal.SIGINT, lambda _signal, _frame: _end(request["folder"]))
            is_wanted = die_with(zygote, signal.SIGINT)  # so that it can still tidy up
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            if is_wanted:
                claim(Path(request["folder"]))
                _examine(request["examiner"], request["isolation"], modules)
            code = 0
        finally:
            # When a parent dies, its line is closed before the signal comes.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            remove(request["folder"])
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _let_go(request: dict[str, Any], given: Sequence[int]) -> None:
    """Close everything that belongs to the zygote."""
    os.setsid()  # Ctrl-C in the terminal reaches only the command
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line, errors, note, starter = (os.dup(descriptor) for descriptor in given)
    # The copies have higher numbers: these places were taken when they were made. So none is overwritten.
    os.dup2(errors, 2)
    os.dup2(line, _LINE)
    os.dup2(starter, STARTER, inheritable=False)
    os.dup2(note, _NOTE, inheritable=False)
    close_above(_NOTE)
    os.environ.clear()
    os.environ.update(request["environment"])
    tempfile.tempdir = None
    os.chdir(request["cwd"])


def _end(folder: str) -> NoReturn:
    """Tidy up and end, once. An exception would not do: Python drops one that is raised in a callback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        remove(folder)
    finally:
        os._exit(1)


def _examine(examiner: str, isolation: str, modules: Sequence[str]) -> None:
    """Get a fork server, and do an examiner's work."""
    server = WAYS[isolation].early(modules)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # otherwise student code would draw the numbers that checks draw
    with server or contextlib.nullcontext():
        run = _ready(examiner).run
        gc.freeze()
        gc.enable()
        gc.set_threshold(YOUNG_OBJECTS)  # as a command does
        run(QuickLine(_LINE, LastNote(_NOTE).write), server)


if __name__ == "__main__":
    main()
