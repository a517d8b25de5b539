"""The time and memory that one submission may take, for all its calls together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from grader.course.sitting import Sitting
from grader.language.limits import Limits
from grader.worker.deadline import WAITING_FACTOR
from grader.worker.ending import WorkerLimits

CPU_FACTOR = 30  # CPU time for all calls of a file, in multiples of the limit of one call
REQUESTS = 60  # in multiples of the limit of one call: for all calls of a submission
LOADS = 3  # in multiples of the limit of loading a file: for loading it, lost workers included
READ_SECONDS = 4.0  # for reading a file, before any of it runs
LOAD_FACTOR = 6  # the limit of a whole file, in multiples of the limit of one statement


class Budget:
    """The seconds that one submission may still take, and the longest time that it took at once."""

    def __init__(self, limits: Limits) -> None:
        self.requests = REQUESTS * limits.seconds
        self.loading = LOADS * LOAD_FACTOR * limits.seconds
        self.slowest = 0.0  # seconds of the longest call, or of loading

    def taken(self, begin: float, waited: Callable[[], float]) -> float:
        """Return the seconds since `begin`, and keep the longest so far, without those spent waiting.

        `waited` returns the latter. It is asked only about what can be the longest, because that takes time.
        """
        seconds = time.monotonic() - begin
        if seconds > self.slowest:
            self.slowest = max(self.slowest, seconds - max(waited(), 0.0))
        return seconds


def longest(limits: Limits) -> float:
    """Return the seconds that one submission can take if it reaches all of these limits."""
    last = 2 * WAITING_FACTOR  # the last statement and the last call, on a machine that is busy
    return (LOADS * LOAD_FACTOR + REQUESTS + last) * limits.seconds


def longest_of(sitting: Sitting) -> float:
    """Return the seconds that one submission can take if it reaches all limits of its paper."""
    paper = sitting.paper
    return sum(map(longest, {paper.limits, *(one.limits for one in paper.questions if one.limits)}))


def worker_limits(limits: Limits) -> WorkerLimits:
    """Return what a worker may use under these limits."""
    return WorkerLimits(
        memory=limits.memory_mib << 20,
        cpu=math.ceil(limits.cpu_seconds or CPU_FACTOR * limits.seconds),
        scratch=limits.scratch_mib << 20,
        result=limits.result_mib << 20,
        output=limits.output_kib << 10,
    )
