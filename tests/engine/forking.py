"""Processes that need no second to import Dask and the grader: forked from one that has imported both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

ROOT = Path(__file__).resolve().parents[2]
QUIET = {  # what Dask does many times a second while it waits, for pages that nobody opens here
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
}
IMPORTED = """
import distributed.cli.dask_scheduler, distributed.cli.dask_worker
import grader.cli.course, grader.cli.grade_class, grader.engine.cluster.run
"""


@dataclass(frozen=True)
class Order:
    """A process to start."""

    program: str
    arguments: Sequence[str]
    folder: Path
    out: Path
    err: Path


@dataclass
class Forked:
    """A process that was forked, with what `subprocess.Popen` knows of one."""

    pid: int
    forks: Forks
    code: int | None = None  # how it ended

    def poll(self) -> int | None:
        """Return how it ended, or None."""
        self.forks.hear_of(self, 0)
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return how."""
        self.forks.hear_of(self, timeout)
        assert self.code is not None, f"{self.pid} has not ended"
        return self.code

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """End it as a person would."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """Starts processes, and hears how they ended."""

    def __init__(self) -> None:
        self._running: dict[int, Forked] = {}
        self._line, there = Pipe()
        with there:
            command = [sys.executable, "-m", "tests.engine.forking", str(there.fileno())]
            self._parent = subprocess.Popen(
                command, cwd=ROOT, pass_fds=[there.fileno()], env={**os.environ, **QUIET}
            )

    def close(self) -> None:
        """End the parent of all."""
        self._line.close()
        self._parent.wait()

    def start(self, order: Order) -> Forked:
        """Start a process."""
        self._line.send(order)
        while (said := self._hear())[1] is not None:
            pass
        self._running[said[0]] = Forked(said[0], self)
        return self._running[said[0]]

    def hear_of(self, one: Forked, seconds: float | None) -> None:
        """Wait until a process has ended, but not longer than so many seconds for the end of any."""
        while one.code is None and self._line.poll(seconds):
            self._hear()

    def _hear(self) -> tuple[int, int | None]:
        pid, code = self._line.recv()
        if code is not None:
            self._running.pop(pid).code = code
        return pid, code


def ordered(line: Connection) -> Order | None:
    """Fork for each order, and return it in the child; return None in the parent, when nobody orders any more."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready = wait([line, woken])
        if woken in ready:
            os.read(woken, 4096)
            for ended in _ended():
                line.send(ended)
        if line not in ready:
            continue
        try:
            order: Order = line.recv()
        except EOFError:
            return None
        if pid := os.fork():
            line.send((pid, None))
            continue
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(woken)
        os.close(wake)
        return order


def _ended() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def carry_out(order: Order) -> None:
    """Become the process that was ordered."""
    os.chdir(order.folder)
    for file, number in ((order.out, 1), (order.err, 2)):
        with file.open("ab") as stream:
            os.dup2(stream.fileno(), number)
    sys.argv = [sys.argv[0], *order.arguments]
    exec(order.program, {"__name__": "__main__"})


if __name__ == "__main__":
    exec(IMPORTED)
    with closing(Connection(int(sys.argv[1]))) as own:
        wanted = ordered(own)
    if wanted:
        carry_out(wanted)
