"""The records that the gradebook returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.engine.handed_in import Arrival, HandedIn
from grader.examiner.report import Report


@dataclass(frozen=True)
class Known:
    """One submission in the gradebook: its newest report, and the one that counts."""

    submission: int
    variant: str
    fingerprint: str
    is_graded: bool
    is_applied: bool
    score: float
    points: float
    is_latest: bool  # the submission is the student's latest attempt
    arrival: Arrival  # of the latest attempt
    document: str

    def report(self) -> Report:
        """Return the newest report."""
        return Report.model_validate_json(self.document)

    def is_corrected_by(self, handed_in: HandedIn) -> bool:
        """Return whether the same file, found again, has a different hand-in time."""
        return self.is_latest and self.arrival.corrected(handed_in.arrival) != self.arrival


@dataclass(frozen=True)
class Attempt:
    """One attempt with the score of its report, before any rule.

    An attempt that could not be graded does not count as one: the next has the same number.
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
    is_pending: bool = False  # a person still has to mark a part of it
    rules: tuple[str, ...] = ()  # about points of a question that were set by hand
    warnings: tuple[str, ...] = ()  # about marks that do not fit the file, or its questions


@dataclass(frozen=True)
class Override:
    """A score set by hand; `score` None withdraws an earlier one."""

    student: str
    exercise: str
    score: float | None
    reason: str
    author: str
    created: datetime
    points: float | None = None  # the exercise's points at that time; None if unknown


@dataclass(frozen=True)
class MarkedItem:
    """One item of a rubric, and what it earned."""

    text: str
    points: float
    earned: float


@dataclass(frozen=True)
class GivenMark:
    """The points that a person gave for one question.

    A mark is about one text: `answer` is its SHA-256. Points that were set by hand hold for whatever the
    student hands in: their `answer` is "", `comment` is the reason, and `score` None withdraws them.
    """

    student: str
    exercise: str
    question: str
    answer: str
    score: float | None
    points: float
    comment: str
    author: str
    created: datetime
    items: tuple[MarkedItem, ...] = ()
    id: int | None = field(default=None, compare=False)

    @property
    def is_by_hand(self) -> bool:
        """Return whether it was set by hand, without a look at the rubric."""
        return not self.answer

    def says_the_same(self, other: GivenMark) -> bool:
        """Return whether two marks differ at most in who gave them and when."""
        mine, its = ((one.answer, one.score, one.items, one.comment) for one in (self, other))
        return mine == its


@dataclass(frozen=True)
class LastOutput:
    """What a submission did in its last grading: the exceptions in its checks, and its output."""

    time: datetime
    exercise: str
    file_name: str
    digest: str
    raised: Sequence[str]
    printed: str


@dataclass(frozen=True)
class PastEvent:
    """An event in the history of a student's scores."""

    time: datetime
    exercise: str
    text: str
