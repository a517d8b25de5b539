"""How long an examiner waits for a reply: the time that a worker had a processor counts, or slept."""

from __future__ import annotations

import time
from collections.abc import Callable

SLICE_SECONDS = 0.5  # that this process waits at once
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

    It also moves if nobody looked for longer than SLICE_SECONDS: then this process did not run, and perhaps
    the machine was suspended. The first LOOK_SECONDS count as the worker's own.
    """

    def __init__(self, seconds: float, waited: Callable[[], float]) -> None:
        """Begin now. `waited` returns the seconds that the worker has waited for a processor in its life."""
        begin = time.monotonic()
        self._until, self._look_from = begin + seconds, begin + LOOK_SECONDS
        self._longest_wait = WAITING_FACTOR * max(seconds, 0)
        self._waited = waited
        self._before: float | None = None  # what it returned at the first look
        self._looked: float | None = None  # when `left` was last called
        self._stalled = 0.0  # seconds in which this process did not run
        self._is_over = seconds <= 0  # or each notice, which begins a new limit, would get one more look

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
        gap = now - (now if self._looked is None else self._looked)
        self._looked = now
        if gap > 2 * SLICE_SECONDS:
            self._stalled += gap - SLICE_SECONDS
        if self._before is None and now >= self._look_from:
            self._before = self._waited()
        left = self._until - now
        return left if left > 0 else left + min(self.waited() + self._stalled, self._longest_wait)

    def next_wait(self) -> float:
        """Return for how many seconds to wait now; 0 once when the time is over.

        What has arrived by then came in time: this process can look late.

        Raises:
            TimeoutError: the time was over before.

        """
        left = self.left()
        if left > 0:
            return min(left, SLICE_SECONDS)
        if self._is_over:
            raise TimeoutError
        self._is_over = True
        return 0.0
