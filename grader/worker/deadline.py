"""How long an examiner waits for a reply: the time that a worker had a processor counts, or slept."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_SECONDS = 0.05  # before the first look at a worker's waiting, which costs more than most replies
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
    """The end of a time limit. It moves while the worker waits for a processor, at most by WAITING_FACTOR.

    The first LOOK_SECONDS count as the worker's own.
    """

    def __init__(self, seconds: float, waited: Callable[[], float]) -> None:
        """Begin now. `waited` returns the seconds that the worker has waited for a processor in its life."""
        begin = time.monotonic()
        self._until, self._look_from = begin + seconds, begin + LOOK_SECONDS
        self._longest_wait = WAITING_FACTOR * max(seconds, 0)
        self._waited = waited
        self._before: float | None = None  # what it returned at the first look

    @property
    def is_watched(self) -> bool:
        """Whether the first look is over."""
        return self._before is not None

    def waited(self) -> float:
        """Return the seconds that the worker has waited for a processor since the first look."""
        return 0.0 if self._before is None else max(self._waited() - self._before, 0.0)

    def left(self) -> float:
        """Return the seconds that are left; 0 or less if the time is over."""
        now = time.monotonic()
        if self._before is None and now >= self._look_from:
            self._before = self._waited()
        left = self._until - now
        return left if left > 0 else left + min(self.waited(), self._longest_wait)
