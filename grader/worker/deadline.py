"""How long an examiner waits for a reply: the time that a worker had a processor counts, or slept."""

from __future__ import annotations

import time
from collections.abc import Callable

WAITING_FACTOR = 3  # how much longer a reply may take on a busy machine, in multiples of its limit
_NANOSECONDS = 1e9  # in a second


def waited_for_processor(process: int) -> float:
    """Return the seconds that a process was ready to run while others had the processors; 0 if unknown.

    Linux counts them for the first thread of a process: the second number of `/proc/PID/schedstat`, in
    nanoseconds (Documentation/scheduler/sched-stats.rst).
    """
    try:
        with open(f"/proc/{process}/schedstat", "rb") as file:  # noqa: PTH123 Path takes longer
            return int(file.read().split()[1]) / _NANOSECONDS
    except (OSError, IndexError, ValueError):
        return 0.0


class Deadline:
    """The end of a time limit. It moves while the worker waits for a processor, at most by WAITING_FACTOR."""

    def __init__(self, seconds: float, waited: Callable[[], float], before: float) -> None:
        """Begin now. `waited` returns the seconds that the worker has waited for a processor in its life.

        It returns `before` now.
        """
        self._until = time.monotonic() + seconds
        self._longest_wait = WAITING_FACTOR * max(seconds, 0)
        self._waited, self._before = waited, before

    def left(self) -> float:
        """Return the seconds that are left; 0 or less if the time is over."""
        left = self._until - time.monotonic()
        if left > 0:
            return left
        return left + min(self._waited() - self._before, self._longest_wait)
