"""What goes into the gradebook and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from grader.digest import digest_of
from grader.examiner.report import Report


@dataclass(frozen=True)
class Arrival:
    """What a folder or an LMS says about when a file was handed in; `time` is in UTC, None if not known."""

    time: datetime | None
    is_late: bool = False  # the LMS says so

    def corrected(self, other: Arrival) -> Arrival:
        """Return what is known after the same file was found again, with what is said about it there.

        The earliest known time counts, for the file was there by then: a copy that was made later makes
        nobody late. For the same reason a file is late by the LMS only if it always was.
        """
        times = [time for time in (self.time, other.time) if time is not None]
        return Arrival(min(times, default=None), self.is_late and other.is_late)


@dataclass(frozen=True)
class HandedIn:
    """A file that a student handed in; `time` is in UTC, None where nobody knows it."""

    student: str
    exercise: str
    file_name: str
    content: bytes
    time: datetime | None
    is_late: bool = False  # the LMS says so
    problem: str = ""  # why it cannot be read or graded; there is no content then

    @property
    def arrival(self) -> Arrival:
        """When it was handed in."""
        return Arrival(self.time, self.is_late)

    @property
    def digest(self) -> str:
        """The SHA-256 of what decides a report: the content; for a notebook or a problem, that it is one."""
        if self.problem:
            return digest_of(f"problem\0{self.problem}".encode())
        suffix = PurePath(self.file_name).suffix.lower()
        return digest_of(self.content if suffix == ".py" else suffix.encode() + b"\0" + self.content)


@dataclass(frozen=True)
class Grading:
    """A report with what decides it: whose variant, and a fingerprint of the questions' definitions."""

    report: Report
    output: bytes
    variant: str
    fingerprint: str
    params: Mapping[str, Any] | None = None  # of the variant; it is the student's own from then on


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
class Event:
    """Something that happened to a student's scores."""

    time: datetime
    exercise: str
    text: str
