"""Several lanes on this machine. A lane that dies, or that no longer answers, is replaced."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from grader.classroom.task import READY, RUNNING_FILE, TRIES, Result, Setup, Surroundings, Task
from grader.errors import GraderError, WorkerFault
from grader.examiner.report import Report
from grader.worker.folders import place, remove, sweep
from grader.worker.interrupts import held
from grader.worker.starting import clean_environment

START_SECONDS = 300.0  # for importing torch from a cold and slow disk, and collecting checks
TIDY_SECONDS = 5.0  # that a lane gets when nothing is left to do
BUFFER = 1 << 18  # bytes for each direction of a lane's line, where the system allows as many
_SECONDS_BETWEEN_LOOKS = 1.0
_PROGRAM = (sys.executable, "-E", "-P", "-m", "grader.classroom.start")

Ungraded = Callable[[Task, str], Report]


class Lanes(Protocol):
    """Something that grades tasks: lanes here, or on a cluster."""

    def run(self, tasks: Iterator[Task]) -> Iterator[Result]:
        """Grade tasks; results come as they are ready, in any order.

        Raises:
            GraderError: the lanes cannot be set up, or the course is wrong.

        """


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LaneProcess:
    """A lane in a process of its own, seen from the one that started it."""

    def __init__(self, setup: Setup) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                end.setsockopt(socket.SOL_SOCKET, buffer, BUFFER)
        # What waits in the buffers takes more room there than its bytes.
        self.most_ahead = ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 4
        with theirs, tempfile.TemporaryFile() as errors:
            # The lane makes and removes it; if it is killed this process does, and if both are, a later one.
            sweep()
            self._folder = str(place("lane"))
            self._process = subprocess.Popen(  # noqa: S603 our own module
                [*_PROGRAM, str(theirs.fileno()), self._folder, setup.isolation, *setup.packages],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what checks print
                stderr=errors,
                # Until it has parted from its fork server.
                env={**clean_environment(), "TMPDIR": self._folder},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in the terminal reaches the one that started it, alone
            )
            self._errors = os.dup(errors.fileno())
        self.line = Connection(ours.detach())
        with contextlib.suppress(OSError):
            self.line.send((setup, Surroundings.here(self._folder)))

    @property
    def pid(self) -> int:
        """The lane's process."""
        return self._process.pid

    def give(self, task: Task, *, ahead: bool = False) -> bool:
        """Hand the lane a task; if it is dead, that shows when it is heard.

        One that is given ahead, while the lane works and does not read, must fit into the socket's buffers,
        or both ends could wait for each other. Returns whether it was given.
        """
        content = pickle.dumps(task)
        if ahead and len(content) > self.most_ahead:
            return False
        with contextlib.suppress(OSError):
            self.line.send_bytes(content)
        return True

    def hear(self) -> Any:
        """What the lane says next: READY, a Result or an error of ours to raise; None if it is dead."""
        try:
            return self.line.recv()
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    def interrupt(self) -> None:
        """Have the lane tidy up and end, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGINT)

    def close(self, grace: float = 0.0) -> None:
        """End the lane and all that it started; for so many seconds it may tidy up by itself."""
        self.line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._errors >= 0:
            os.close(self._errors)
            self._errors = -1
            remove(self._folder)

    def last_words(self) -> str:
        """How it ended, and what code of the course it began last."""
        with contextlib.suppress(OSError, UnicodeError):
            running = Path(self._folder, RUNNING_FILE).read_text(encoding="utf-8")
            return f"{self._how_it_ended()}. {running} was the last thing that it began"
        return self._how_it_ended()

    def _how_it_ended(self) -> str:
        """The last line of what it wrote to stderr, or its exit code."""
        errors = os.pread(self._errors, 1 << 16, 0).decode(errors="replace").strip()
        if errors:
            return errors.splitlines()[-1]
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.returncode
        if code is not None:
            return f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        return "it did not say why"


@dataclass
class _Busy:
    """A lane with what it was given: what it works on comes first. `until` bounds that, or its own start."""

    process: LaneProcess
    until: float
    is_ready: bool = False
    tasks: deque[Task] = field(default_factory=deque)


@dataclass
class LocalLanes:
    """So many lanes on this machine; `seconds` bounds one task of an exercise, by its name."""

    setup: Setup
    jobs: int
    seconds: Callable[[str], float]
    ungraded: Ungraded
    _busy: dict[Connection, _Busy] = field(default_factory=dict)
    _waiting: deque[Task] = field(default_factory=deque)
    _tries: dict[int, int] = field(default_factory=dict)
    _failed_starts: int = 0

    def run(self, tasks: Iterator[Task]) -> Iterator[Result]:
        """Grade tasks; a lane is started for each of the first, and ends when nothing is left to do."""
        try:
            while True:
                self._start_lanes(tasks)
                if not self._busy:
                    return
                lines = wait(list(self._busy), _SECONDS_BETWEEN_LOOKS)
                for line in lines:
                    if isinstance(line, Connection):
                        yield from self._hear(self._busy[line], tasks)
                for late in [busy for busy in self._busy.values() if self._is_late(busy)]:
                    yield from self._lose(late, "it took too long")
        finally:
            for busy in self._busy.values():
                busy.process.interrupt()
            for busy in self._busy.values():
                busy.process.close(TIDY_SECONDS)
            self._busy.clear()

    @staticmethod
    def _is_late(busy: _Busy) -> bool:
        return time.monotonic() > busy.until and not busy.process.line.poll()

    def _wait_for(self, tasks: Iterator[Task], count: int) -> bool:
        """Whether so many tasks wait for a lane; they are fetched if there are any."""
        self._waiting.extend(islice(tasks, max(0, count - len(self._waiting))))
        return len(self._waiting) >= count

    def _start_lanes(self, tasks: Iterator[Task]) -> None:
        while len(self._busy) < self.jobs:
            starting = sum(not busy.is_ready for busy in self._busy.values())
            if not self._wait_for(tasks, starting + 1):
                return
            with held():
                process = LaneProcess(self.setup)
                self._busy[process.line] = _Busy(process, time.monotonic() + START_SECONDS)

    def _hear(self, busy: _Busy, tasks: Iterator[Task]) -> Iterator[Result]:
        said = busy.process.hear()
        if isinstance(said, GraderError):
            raise said
        if said is None:
            yield from self._lose(busy, busy.process.last_words())
            return
        if said == READY:
            busy.is_ready, self._failed_starts = True, 0
        else:
            busy.tasks.popleft()
        if busy.tasks:
            busy.until = time.monotonic() + self.seconds(busy.tasks[0].exercise)
        # The lane gets its next tasks first: it works on while this result is stored.
        self._feed(busy, tasks)
        if not busy.tasks:
            self._drop(busy, TIDY_SECONDS)
        if said != READY:
            self._tries.pop(said.number, None)
            yield said

    def _feed(self, busy: _Busy, tasks: Iterator[Task]) -> None:
        """Give a lane something to do, and a small task ahead as long as there are enough for all lanes."""
        if not busy.tasks and self._wait_for(tasks, 1):
            busy.until = time.monotonic() + self.seconds(self._waiting[0].exercise)
            self._give(busy)
        if len(busy.tasks) == 1 and self._wait_for(tasks, self.jobs + 1):
            self._give(busy)

    def _give(self, busy: _Busy) -> None:
        if busy.process.give(self._waiting[0], ahead=bool(busy.tasks)):
            busy.tasks.append(self._waiting.popleft())

    def _lose(self, busy: _Busy, why: str) -> Iterator[Result]:
        """A lane is gone: what it worked on is tried once more, and then ungraded; the rest waits again."""
        self._drop(busy)
        if not busy.is_ready:
            self._failed_starts += 1
            if self._failed_starts == TRIES:
                raise WorkerFault(f"A process that grades could not start: {why}.")
            return
        task = busy.tasks.popleft()
        self._waiting.extendleft(busy.tasks)
        self._tries[task.number] = self._tries.get(task.number, 0) + 1
        if self._tries[task.number] < TRIES:
            self._waiting.append(task)
        else:
            message = f"The process that graded this ended twice: {why}."
            yield Result(task.number, self.ungraded(task, message), b"", 0.0)

    def _drop(self, busy: _Busy, grace: float = 0.0) -> None:
        del self._busy[busy.process.line]
        busy.process.close(grace)
