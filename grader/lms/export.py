"""The common parts of exports: the scores, and the rules for cells that an LMS reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.identity import Person

MAX_DECIMALS = 5  # as many as Moodle stores
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")  # 1.000 can be one or a thousand


@dataclass(frozen=True)
class QuestionScore:
    """The score of one question, before any rule. `outcome` says why it is what it is."""

    question: str
    score: float
    points: float
    outcome: str = ""


@dataclass(frozen=True)
class Entry:
    """The score of one student in one exercise, or None for an excused student."""

    student: str
    score: float | None
    graded: datetime | None  # None for a zero because nothing was handed in
    rules: str = ""  # applied to the score
    questions: tuple[QuestionScore, ...] = ()  # none if the score was set by hand
    comment: str = ""  # feedback in a few lines of plain text


@dataclass(frozen=True)
class CourseTotal:
    """One student's total in percent under the course's rules, None if there is none yet."""

    percent: float | None
    result: str = ""
    rules: str = ""


@dataclass(frozen=True)
class Item:
    """One exercise with all scores. Students without a score who are not excused do not appear."""

    exercise: str
    title: str
    points: float
    entries: tuple[Entry, ...]
    other_titles: tuple[str, ...] = ()  # titles of the course's other exercises

    @property
    def scored(self) -> tuple[Entry, ...]:
        """Return the entries with a score."""
        return tuple(entry for entry in self.entries if entry.score is not None)

    @property
    def excused(self) -> tuple[str, ...]:
        """Return who is excused, for an LMS that cannot express it."""
        return tuple(
            f"{entry.student}: excused from {self.exercise}" for entry in self.entries if entry.score is None
        )

    @property
    def label(self) -> str:
        """Return the title of its column."""
        return self.exercise if self.title == self.exercise else f"{self.exercise} {self.title}"

    def is_called(self, title: str) -> bool:
        """Return whether a column with this title belongs to this exercise and to no other of the course."""
        own = {folded(self.label), folded(self.exercise), folded(self.title)}
        return folded(title) in own - set(map(folded, self.other_titles))


@dataclass(frozen=True)
class Export:
    """The scores to export, and the people they belong to."""

    items: tuple[Item, ...]
    people: Mapping[str, Person]  # of the roster; empty if there is none
    template: Path | None = None  # the LMS's own export to fill in
    out_of: float | None = None  # scale every exercise to this maximum
    overwrite: bool = False  # replace what the template holds already
    totals: Mapping[str, CourseTotal] = field(default_factory=dict)  # by student, under the rules for a total

    def person(self, student: str) -> Person:
        """Return what is known about a student; without a roster, only the folder's name."""
        return self.people.get(student, Person(student))

    def maximum(self, item: Item, default: float | None = None) -> float:
        """Return the maximum that an item's scores are scaled to."""
        return self.out_of or default or item.points

    def stranger(self, student: str) -> str:
        """Say why an LMS cannot know a student, or return ""."""
        return "not in the roster" if self.people and student not in self.people else ""


@dataclass(frozen=True)
class Change:
    """The cell of one student: what the LMS's file holds, what is written, and the reason."""

    student: str
    new: str
    old: str = ""
    reason: str = ""


@dataclass
class File:
    """One file to upload, and why students with a score are missing from it. It is written only with rows."""

    name: str
    text: str = ""
    rows: int = 0
    left_out: list[str] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    changes: list[Change] = field(default_factory=list)
    encoding: str = "utf-8"
    data: bytes = b""  # of a file that is not text

    @property
    def content(self) -> bytes:
        """Return what is written."""
        return self.data or self.text.encode(self.encoding)

    def leave_out(self, student: str, reason: str) -> None:
        """Record that a student is not in the file."""
        self.left_out.append(printable(f"{student}: {reason}"))

    def keep(self, student: str, old: str, new: str) -> None:
        """Record that a grade in the LMS's file stays as it is."""
        self.leave_out(
            student, f"{old} is there already and stays, instead of {new}; --overwrite replaces it"
        )


def number(value: float) -> str:
    """Format a score for a cell: a decimal point, at most 5 decimals, no exponent.

    >>> number(100 / 3), number(7.0), number(0.0)
    ('33.33333', '7', '0')
    """
    text = f"{value:.{MAX_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def scaled(entry: Entry, item: Item, maximum: float) -> str:
    """Scale a score to another maximum, never above it and never below 0."""
    if entry.score is None:
        return ""
    return number(min(max(entry.score / item.points, 0.0), 1.0) * maximum)


def cell_of(entry: Entry, item: Item, maximum: float, excused: str = "") -> str:
    """Return a score for a cell, or the LMS's word for an excused student."""
    return excused if entry.score is None else scaled(entry, item, maximum)


def unsafe_id(*values: str) -> str:
    """Say which id a spreadsheet would run as a formula; ids are never changed, so it cannot be written."""
    bad = next((value for value in values if value.startswith(_FORMULA_STARTS)), None)
    return "" if bad is None else f"the id {bad!r} looks like a formula; correct it in the roster"


def free_text(value: str) -> str:
    """Return a name for a cell, guarded so that no spreadsheet runs it (OWASP ASVS 1.2.10).

    >>> free_text("=1+1"), free_text("Ada")
    ("'=1+1", 'Ada')
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def file_maximum(text: str, place: str, out_of: float | None) -> float:
    """Return the maximum that an LMS's file gives for a score.

    An ambiguous number is refused: the meaning of `10,00` and `1.000` depends on who wrote them.

    Raises:
        UsageFault: it is ambiguous without --out-of, or differs from --out-of.

    """
    value = float(text) if _NUMBER.fullmatch(text) and not _THOUSANDS.fullmatch(text) else 0.0
    if out_of is not None:
        if value and value != out_of:
            raise UsageFault(
                f"{place} is {number(value)}, but --out-of is {number(out_of)}. Correct one of them."
            )
        return out_of
    if not value:
        raise UsageFault(
            f"{place} is {printable(text)!r}, which is not clearly a number above 0. "
            "Write it like 10 or 10.00 there, or give it with --out-of."
        )
    return value
