"""Several lanes on this machine. A lane that dies or no longer answers is replaced."""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, Protocol

from grader.engine.bounds import Bounds, without
from grader.engine.job import TRIES, Job
from grader.engine.setup import READY, Setup
from grader.errors import GraderError, WorkerFault
from grader.examiner.events import Event
from grader.examiner.outcome import Outcome
from grader.examiner.process import SECONDS_BETWEEN_LOOKS, ExaminerProcess
from grader.examiner.report import Report
from grader.worker.interrupts import held
from grader.worker.line import Line, Noted

START_SECONDS = 300.0  # for importing torch from a cold and slow disk, and collecting checks
TIDY_SECONDS = 5.0  # that a lane gets when nothing is left to do
FEW = 16  # jobs: one lane has usually done them before another has imported torch
FEW_SECONDS = 2.0  # that a lane works before its jobs clearly are long

Ungraded = Callable[[Job, str], Report]


class Lanes(Protocol):
    """A grader of jobs: lanes here, or on a cluster."""

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Grade jobs, and yield each with its outcome when it is ready, in any order.

        Raises:
            GraderError: the lanes cannot be set up, or the course is wrong.

        """


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LaneProcess(ExaminerProcess):
    """A lane in its own process, seen from the process that started it."""

    def __init__(self, setup: Setup) -> None:
        super().__init__("grader.engine.lane", setup.isolation, setup.packages, setup.run)
        self.tell(setup)

    def give(self, job: Job, *, ahead: bool = False) -> bool:
        """Give the lane a job; if the lane is dead, `hear` will show it. Return whether it was given.

        A job given ahead, while the lane works and does not read, must fit into the socket's buffers, or each
        end could wait for the other.
        """
        content = pickle.dumps(job)
        if ahead and len(content) > self.most_ahead:
            return False
        with contextlib.suppress(OSError):
            self.line.send_bytes(content)
        return True


@dataclass
class _Busy:
    """A lane and its jobs: the one it works on comes first. `bounds` belong to that job."""

    process: LaneProcess
    start_until: float
    is_ready: bool = False
    jobs: deque[Job] = field(default_factory=deque)
    bounds: Bounds | None = None

    @property
    def is_late(self) -> bool:
        """Whether it has been silent for too long."""
        until = self.bounds.until(self.process.doing) if self.bounds else self.start_until
        return time.monotonic() > until and not self.process.line.poll()


@dataclass
class LocalLanes:
    """Up to this many lanes on this machine.

    It begins with `at_first` lanes; the others are started if those work longer than `FEW_SECONDS`. `seconds`
    is the most that student code may take in a job.
    """

    setup: Setup
    most: int
    seconds: Callable[[Job], float]
    ungraded: Ungraded
    at_first: int
    watch: Callable[[Job, Event], None] | None = None
    _ready_since: float = float("inf")
    _busy: dict[Line, _Busy] = field(default_factory=dict)
    _waiting: deque[Job] = field(default_factory=deque)
    _tries: dict[int, int] = field(default_factory=dict)
    _failed_starts: int = 0

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Grade jobs; a lane is started for each of the first, and ends when nothing is left to do."""
        try:
            while True:
                self._start_lanes(jobs)
                if not self._busy:
                    return
                open_lines: list[Any] = list(self._busy)  # anything with a fileno can be waited for
                lines = wait(open_lines, SECONDS_BETWEEN_LOOKS)
                for line in [line for line in self._busy if line in lines]:
                    yield from self._hear(self._busy[line], jobs)
                for late in [busy for busy in self._busy.values() if busy.is_late]:
                    yield from self._lose(late, "it took too long", is_late=True)
        finally:
            for busy in self._busy.values():
                busy.process.interrupt()
            for busy in self._busy.values():
                busy.process.close(TIDY_SECONDS)
            self._busy.clear()

    def _wait_for(self, jobs: Iterator[Job], count: int) -> bool:
        """Return whether this many jobs wait for a lane; fetch them if there are any."""
        self._waiting.extend(islice(jobs, max(0, count - len(self._waiting))))
        return len(self._waiting) >= count

    def _start_lanes(self, jobs: Iterator[Job]) -> None:
        is_long = time.monotonic() > self._ready_since + FEW_SECONDS
        while len(self._busy) < (self.most if is_long else self.at_first):
            starting = sum(not busy.is_ready for busy in self._busy.values())
            if not self._wait_for(jobs, starting + 1):
                return
            with held():
                process = LaneProcess(self.setup)
                self._busy[process.line] = _Busy(process, time.monotonic() + START_SECONDS)

    def _hear(self, busy: _Busy, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        said = busy.process.hear()
        while isinstance(said, Event | Noted):
            if isinstance(said, Event):
                self._notice(busy, said)
            if not busy.process.line.poll():
                return
            said = busy.process.hear()
        if isinstance(said, GraderError):
            raise said
        if said is None:
            yield from self._lose(busy, busy.process.last_words())
            return
        done: Job | None = None
        if said == READY:
            busy.is_ready, self._failed_starts = True, 0
            self._ready_since = min(self._ready_since, time.monotonic())
        else:
            done = busy.jobs.popleft()
        busy.bounds = Bounds(self.seconds(busy.jobs[0])) if busy.jobs else None
        # The lane gets its next jobs first, so it works while this outcome is stored.
        self._feed(busy, jobs)
        if not busy.jobs:
            self._drop(busy, TIDY_SECONDS)
        if done:
            self._tries.pop(done.number, None)
            yield done, said

    def _notice(self, busy: _Busy, event: Event) -> None:
        if busy.bounds:
            busy.bounds.notice(event)
        if busy.jobs and self.watch:
            self.watch(busy.jobs[0], event)

    def _feed(self, busy: _Busy, jobs: Iterator[Job]) -> None:
        """Give a lane work, and a small job ahead if there are enough for all lanes."""
        if not busy.jobs and self._wait_for(jobs, 1):
            busy.bounds = Bounds(self.seconds(self._waiting[0]))
            self._give(busy)
        if len(busy.jobs) == 1 and self._wait_for(jobs, self.most + 1):
            self._give(busy)

    def _give(self, busy: _Busy) -> None:
        if busy.process.give(self._waiting[0], ahead=bool(busy.jobs)):
            busy.jobs.append(self._waiting.popleft())

    def _lose(self, busy: _Busy, why: str, *, is_late: bool = False) -> Iterator[tuple[Job, Outcome]]:
        """Drop a lane: its current job is tried once more, then ungraded; its other jobs wait again.

        A check in which it was late is given up, and the submission is graded without it.
        """
        self._drop(busy)
        if not busy.is_ready:
            self._failed_starts += 1
            if self._failed_starts == TRIES:
                raise WorkerFault(f"A grading process could not start: {why}.")
            return
        job = busy.jobs.popleft()
        self._waiting.extendleft(busy.jobs)
        if is_late and (rest := without(job, busy.process.doing, busy.bounds)):
            self._waiting.append(rest)
            return
        self._tries[job.number] = self._tries.get(job.number, 0) + 1
        if self._tries[job.number] < TRIES:
            self._waiting.append(job)
        else:
            message = f"The process that graded this ended twice: {why}."
            yield job, Outcome(self.ungraded(job, message))

    def _drop(self, busy: _Busy, grace: float = 0.0) -> None:
        del self._busy[busy.process.line]
        busy.process.close(grace)
