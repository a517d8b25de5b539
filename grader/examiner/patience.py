"""Bound how long a check itself may take. The time of student code is bounded elsewhere."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any, Self

CHECK_SECONDS = 30.0  # of a check's own work on one submission
_ALARM: Any = getattr(signal, "SIGALRM", None)  # Windows has none
_set_timer: Any = getattr(signal, "setitimer", None)
_REAL_TIME = getattr(signal, "ITIMER_REAL", None)
_AGAIN_SECONDS = 0.5  # until the next look, while student code runs


class TooSlowError(Exception):
    """A check did not finish in time."""


class Stopwatch:
    """Counts the seconds that student code takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0
        self._depth = 0

    @property
    def is_running(self) -> bool:
        """Whether student code is running now."""
        return self._depth > 0

    def running(self) -> Self:
        """Count the time in here as student code's; within another `running` this changes nothing."""
        return self

    def __enter__(self) -> None:
        if not self._depth:
            self._since = time.monotonic()
        self._depth += 1

    def __exit__(self, *_exception: object) -> None:
        if self._depth == 1:
            self.seconds += time.monotonic() - self._since
        self._depth -= 1


def own_time_bounded(others: Stopwatch, seconds: float) -> _Bounded:
    """Raise TooSlowError in the code in here after this many seconds, not counting those of `others`.

    It uses an alarm, where the system has one, and works in the main thread only. This is only a first
    attempt, which cannot interrupt a call into C. If a check still takes too long, the process that started
    this one ends it.
    """
    return _Bounded(others, seconds)


class _Bounded:
    """A context. It is entered for every check, and a class takes a third of the time of a generator."""

    def __init__(self, others: Stopwatch, seconds: float) -> None:
        self._others, self._seconds = others, seconds

    def __enter__(self) -> None:
        self._is_set = _ALARM is not None and threading.current_thread() is threading.main_thread()
        if self._is_set:
            self._begin = time.monotonic() - self._others.seconds
            self._before = signal.signal(_ALARM, self._ring)
            _set_timer(_REAL_TIME, self._seconds)

    def __exit__(self, *_exception: object) -> None:
        if self._is_set:
            _set_timer(_REAL_TIME, 0)
            signal.signal(_ALARM, self._before)

    def _ring(self, _signal: int, _frame: object) -> None:
        left = self._seconds - (time.monotonic() - self._begin - self._others.seconds)
        if not self._others.is_running and left <= 0:
            raise TooSlowError
        _set_timer(_REAL_TIME, max(left, _AGAIN_SECONDS))
