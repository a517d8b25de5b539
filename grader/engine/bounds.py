"""How long a lane may work on a job, and on one check of it, before it is ended from outside."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from grader.engine.job import Job
from grader.examiner.deed import GRACE_SECONDS, Doing
from grader.examiner.events import Event, Longer
from grader.examiner.patience import CHECK_SECONDS

MOST_GIVEN_UP = 4  # checks of one file; each can take minutes
CHECKS_SECONDS = 300.0  # that the checks of a job and the reference may take besides student code


@dataclass
class Bounds:
    """`student_seconds` is the most that student code may take, if it reaches all limits of a submission."""

    student_seconds: float
    _begin: float = field(default_factory=time.monotonic)

    def until(self, doing: Doing | None) -> float:
        """Return the monotonic time after which it is too late, while the lane does this."""
        return min(self._begin + self.student_seconds + CHECKS_SECONDS, self._check_until(doing))

    def notice(self, event: Event) -> None:
        """Give student code longer, from now on."""
        if isinstance(event, Longer):
            self._begin, self.student_seconds = time.monotonic(), event.seconds

    def is_check_late(self, doing: Doing) -> bool:
        """Return whether what the lane does is a check, and late."""
        return time.monotonic() > self._check_until(doing)

    def _check_until(self, doing: Doing | None) -> float:
        """Return when a check is late: it has its own seconds, and those of student code."""
        if doing is None or not doing.deed.check:
            return float("inf")
        return doing.since + self.student_seconds + CHECK_SECONDS + GRACE_SECONDS


def may_go_without(given_up: Collection[str], doing: Doing, bounds: Bounds) -> bool:
    """Return whether a check is to blame, and the file has not had too many of those."""
    is_late = bounds.is_check_late(doing)
    return is_late and doing.deed.check not in given_up and len(given_up) < MOST_GIVEN_UP


def without(job: Job, doing: Doing | None, bounds: Bounds | None) -> Job | None:
    """Return a job without the check that did not finish; None if no check is to blame."""
    if doing is None or bounds is None or not may_go_without(job.given_up, doing, bounds):
        return None
    return replace(job, given_up=job.given_up | {doing.deed.check})
