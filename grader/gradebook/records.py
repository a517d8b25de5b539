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
    def digest(self) -> str:
        """The SHA-256 of what decides a report: the content; for a notebook or a problem, that it is one."""
        if self.problem:
            return digest_of(f"problem\0{self.problem}".encode())
        suffix = PurePath(self.file_name).suffix
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
    document: str

    def report(self) -> Report:
        """The newest report."""
        return Report.model_validate_json(self.document)


@dataclass(frozen=True)
class Attempt:
    """One attempt with its score as the report says, before any rule."""

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


@dataclass(frozen=True)
class Event:
    """Something that happened to a student's scores."""

    time: datetime
    exercise: str
    text: str
