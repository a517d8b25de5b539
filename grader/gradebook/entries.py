"""What comes out of the gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.engine.handed_in import Arrival, HandedIn
from grader.examiner.report import Report


@dataclass(frozen=True)
class Known:
    """What the gradebook holds about one submission: its newest report, and the one that counts."""

    submission: int
    variant: str
    fingerprint: str
    is_graded: bool
    is_applied: bool
    score: float
    points: float
    is_latest: bool  # whether the submission is the student's latest attempt
    arrival: Arrival  # of the latest attempt
    document: str

    def report(self) -> Report:
        """The newest report."""
        return Report.model_validate_json(self.document)

    def is_corrected_by(self, handed_in: HandedIn) -> bool:
        """Whether the same file, found again, says something new about when it was handed in."""
        return self.is_latest and self.arrival.corrected(handed_in.arrival) != self.arrival


@dataclass(frozen=True)
class Attempt:
    """One attempt with its score as the report says, before any rule.

    One that could not be graded uses none up: the next has the same number.
    """

    student: str
    exercise: str
    number: int  # from 1
    handed_in: datetime | None
    is_late: bool
    seen: datetime
    submission: int
    score: float
    points: float
    is_graded: bool
    graded: datetime


@dataclass(frozen=True)
class Override:
    """A score set by hand; `score` None takes an earlier one back."""

    student: str
    exercise: str
    score: float | None
    reason: str
    author: str
    created: datetime
    points: float | None = None  # the exercise's when it was set; None: nobody knows


@dataclass(frozen=True)
class LastOutput:
    """What a submission said while it was last graded: what checks of it raised, and what it printed."""

    time: datetime
    exercise: str
    file_name: str
    digest: str
    raised: Sequence[str]
    printed: str


@dataclass(frozen=True)
class PastEvent:
    """Something that happened to a student's scores."""

    time: datetime
    exercise: str
    text: str
