"""How long a lane may work on a job, and on one check of it, before it is ended from outside."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from grader.engine.job import Job
from grader.examiner.deed import GRACE_SECONDS, Deed
from grader.examiner.events import Event
from grader.examiner.patience import CHECK_SECONDS

CHECKS_SECONDS = 300.0  # that the checks of a job and the reference may take beside student code


@dataclass
class Bounds:
    """`student_seconds` is what student code may take at most: all limits of a submission reached."""

    student_seconds: float
    _begin: float = field(default_factory=time.monotonic)
    _check: float = float("inf")

    @property
    def until(self) -> float:
        """When it is too late, by the monotonic clock."""
        return min(self._begin + self.student_seconds + CHECKS_SECONDS, self._check)

    def notice(self, event: Event) -> None:
        """Bound a check that begins: it has its own seconds, and what student code may take."""
        if isinstance(event, Deed) and event.check:
            self._check = time.monotonic() + self.student_seconds + CHECK_SECONDS + GRACE_SECONDS


def without(job: Job, deed: Deed | None) -> Job | None:
    """Return a job without the check that did not come to an end; None where it was in no check."""
    if deed is None or not deed.check or deed.check in job.given_up:
        return None
    return replace(job, given_up=job.given_up | {deed.check})
