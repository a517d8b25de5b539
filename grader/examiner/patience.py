"""Bound how long a check itself may take. The time of student code is bounded elsewhere."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHECK_SECONDS = 30.0  # of a check's own work on one submission
_ALARM = getattr(signal, "SIGALRM", None)  # Windows has none
_set_timer: Any = getattr(signal, "setitimer", None)
_REAL_TIME = getattr(signal, "ITIMER_REAL", None)
_AGAIN_SECONDS = 0.5  # until the next look, while student code runs


class TooSlowError(Exception):
    """A check did not finish in time."""


class Stopwatch:
    """Counts the seconds that student code takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether student code is running now."""
        return self._since is not None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time in here as student code's; within another `running` this changes nothing."""
        if self.is_running:
            yield
            return
        self._since = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - self._since
            self._since = None


@contextmanager
def own_time_bounded(others: Stopwatch, seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the code in here after this many seconds, not counting those of `others`.

    It uses an alarm, where the system has one, and works in the main thread only. This is only a first
    attempt, which cannot interrupt a call into C. If a check still takes too long, the process that started
    this one ends it.
    """
    if _ALARM is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    begin = time.monotonic() - others.seconds

    def ring(_signal: int, _frame: object) -> None:
        left = seconds - (time.monotonic() - begin - others.seconds)
        if others.is_running or left > 0:
            _set_timer(_REAL_TIME, max(left, _AGAIN_SECONDS))
        else:
            raise TooSlowError

    before = signal.signal(_ALARM, ring)
    _set_timer(_REAL_TIME, seconds)
    try:
        yield
    finally:
        _set_timer(_REAL_TIME, 0)
        signal.signal(_ALARM, before)
