"""A student's file, and when it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from grader.digest import digest_of
from grader.questions.handed_file import HandedFile


@dataclass(frozen=True)
class Arrival:
    """What a folder or an LMS says about when a file was handed in; `time` is in UTC, or None if unknown."""

    time: datetime | None
    is_late: bool = False  # the LMS says so

    def corrected(self, other: Arrival) -> Arrival:
        """Return what is known after the same file was found again with this arrival.

        The earliest known time counts, because the file existed by then: a later copy makes nobody late. For
        the same reason a file is late by the LMS only if it always was.
        """
        times = [time for time in (self.time, other.time) if time is not None]
        return Arrival(min(times, default=None), self.is_late and other.is_late)


@dataclass(frozen=True)
class HandedIn:
    """A file that a student handed in; `time` is in UTC, or None if unknown."""

    student: str
    exercise: str
    file_name: str
    content: bytes
    time: datetime | None = None
    is_late: bool = False  # the LMS says so
    problem: str = ""  # why it cannot be read or graded; there is no content then
    files: tuple[HandedFile, ...] = ()  # beside it, that questions ask for
    attached: Mapping[str, bytes] = field(default_factory=dict)  # their contents, on their way to be stored

    @property
    def arrival(self) -> Arrival:
        """When it was handed in."""
        return Arrival(self.time, self.is_late)

    @property
    def digest(self) -> str:
        """The SHA-256 of what decides a report: its content, form, problem and files."""
        if self.problem:
            return digest_of(f"problem\0{self.problem}".encode())
        suffix = PurePath(self.file_name).suffix.lower()
        own = digest_of(self.content if suffix == ".py" else suffix.encode() + b"\0" + self.content)
        parts = sorted(f"{file.name}\0{file.digest}" for file in self.files)
        return digest_of("\0".join(("files", own, *parts)).encode()) if parts else own
