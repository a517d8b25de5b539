"""What one submission may take of time and memory, all of its calls together."""

from __future__ import annotations

import math
import time

from grader.language.limits import Limits
from grader.worker.ending import WorkerLimits

CPU_FACTOR = 30  # what all calls of a file may take of the processors, in times what one may
REQUESTS = 60  # times what one call may take: for all calls of a submission
LOADS = 3  # times what one whole file may take: for loading it, all losses included
READ_SECONDS = 4.0  # for reading a file, before any of it runs
LOAD_FACTOR = 6  # a whole file may take so many times what one of its statements may


class Budget:
    """The seconds that one submission may still take, and the longest that it took at once."""

    def __init__(self, limits: Limits) -> None:
        self.requests = REQUESTS * limits.seconds
        self.loading = LOADS * LOAD_FACTOR * limits.seconds
        self.slowest = 0.0  # seconds of the longest call, or of loading

    def taken(self, begin: float) -> float:
        """Return the seconds since then, and keep them if none took longer."""
        seconds = time.monotonic() - begin
        self.slowest = max(self.slowest, seconds)
        return seconds


def longest(limits: Limits) -> float:
    """The seconds that one submission can take, all of these limits reached."""
    return (LOADS * LOAD_FACTOR + REQUESTS) * limits.seconds


def worker_limits(limits: Limits) -> WorkerLimits:
    """Return what a worker may use by these limits."""
    return WorkerLimits(
        memory=limits.memory_mib << 20,
        cpu=math.ceil(limits.cpu_seconds or CPU_FACTOR * limits.seconds),
        scratch=limits.scratch_mib << 20,
        result=limits.result_mib << 20,
        output=limits.output_kib << 10,
    )
