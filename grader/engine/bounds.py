"""How long a lane may work on a job, and on one check of it, before it is ended from outside."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from grader.engine.job import Job
from grader.examiner.deed import GRACE_SECONDS, Deed
from grader.examiner.events import Event, Longer
from grader.examiner.patience import CHECK_SECONDS

MOST_GIVEN_UP = 4  # checks of one file; each can take minutes
CHECKS_SECONDS = 300.0  # that the checks of a job and the reference may take besides student code


@dataclass
class Bounds:
    """`student_seconds` is the most that student code may take, if it reaches all limits of a submission."""

    student_seconds: float
    _begin: float = field(default_factory=time.monotonic)
    _check: float = float("inf")

    @property
    def until(self) -> float:
        """The monotonic time after which it is too late."""
        return min(self._begin + self.student_seconds + CHECKS_SECONDS, self._check)

    def notice(self, event: Event) -> None:
        """Start the clock of a check that begins: it has its own seconds, and those of student code."""
        if isinstance(event, Longer):
            self._begin, self.student_seconds = time.monotonic(), event.seconds
        if isinstance(event, Deed) and event.check:
            self._check = time.monotonic() + self.student_seconds + CHECK_SECONDS + GRACE_SECONDS

    @property
    def is_check_late(self) -> bool:
        """Whether the check that has begun is late."""
        return time.monotonic() > self._check


def may_go_without(given_up: Collection[str], deed: Deed, bounds: Bounds) -> bool:
    """Return whether a check is to blame, and the file has not had too many of those."""
    is_new = bool(deed.check) and deed.check not in given_up
    return is_new and bounds.is_check_late and len(given_up) < MOST_GIVEN_UP


def without(job: Job, deed: Deed | None, bounds: Bounds | None) -> Job | None:
    """Return a job without the check that did not finish; None if no check is to blame."""
    if deed is None or bounds is None or not may_go_without(job.given_up, deed, bounds):
        return None
    return replace(job, given_up=job.given_up | {deed.check})
