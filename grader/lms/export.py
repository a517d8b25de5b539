"""What every export has in common: the scores to hand on, and the rules for cells that an LMS will read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.classroom.identity import Person
from grader.errors import UsageFault

MAX_DECIMALS = 5  # what Moodle stores
MAX_TEMPLATE_BYTES = 64 << 20
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True)
class Entry:
    """The score of one student in one exercise; None: the student is excused from it."""

    student: str
    score: float | None
    graded: datetime | None  # None: nothing was handed in, and the teacher asked for a zero


@dataclass(frozen=True)
class Item:
    """One exercise, and everybody's score in it. Who has none, and is not excused, does not appear."""

    exercise: str
    title: str
    points: float
    entries: tuple[Entry, ...]

    @property
    def scored(self) -> tuple[Entry, ...]:
        """The entries with a score."""
        return tuple(entry for entry in self.entries if entry.score is not None)

    @property
    def excused(self) -> tuple[str, ...]:
        """What to tell of those who are excused, where an LMS has no word for it."""
        return tuple(f"{entry.student}: excused" for entry in self.entries if entry.score is None)

    @property
    def label(self) -> str:
        """What its column is called."""
        return f"{self.exercise} {self.title}"


@dataclass(frozen=True)
class Export:
    """What is to be handed on, and to whom."""

    items: tuple[Item, ...]
    people: Mapping[str, Person]
    template: Path | None = None  # the LMS's own export, to be filled in
    out_of: float | None = None  # scale every exercise to this maximum

    def person(self, student: str) -> Person:
        """What is known of a student; one who is in no roster goes by the folder's name."""
        return self.people.get(student, Person(student))

    def maximum(self, item: Item, default: float | None = None) -> float:
        """The maximum that an item's scores are written for."""
        return self.out_of or default or item.points


@dataclass(frozen=True)
class File:
    """One file to upload, and what became of everybody who is not in it."""

    name: str
    text: str
    rows: int
    left_out: tuple[str, ...] = ()


def number(value: float) -> str:
    """A score for a cell: a point as decimal mark, at most 5 decimals, no exponent.

    >>> number(100 / 3), number(7.0), number(0.0)
    ('33.33333', '7', '0')
    """
    text = f"{value:.{MAX_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def scaled(entry: Entry, item: Item, maximum: float) -> str:
    """A score out of another maximum, never above it and never below 0."""
    if entry.score is None:
        return ""
    return number(min(max(entry.score / item.points, 0.0), 1.0) * maximum)


def identity(value: str, student: str) -> str:
    """An id for a cell, unaltered.

    Raises:
        UsageFault: a spreadsheet would run it as a formula.

    """
    if value.startswith(_FORMULA_STARTS):
        raise UsageFault(
            f"The id {value!r} of {student} begins like a formula, which a spreadsheet would run. "
            "Correct the roster."
        )
    return value


def free_text(value: str) -> str:
    """A name for a cell, guarded so that no spreadsheet runs it (OWASP ASVS 1.2.10).

    >>> free_text("=1+1"), free_text("Ada")
    ("'=1+1", 'Ada')
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def table_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV by RFC 4180, every row as long as the first."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


def read_table(file: Path) -> list[list[str]]:
    """The rows of a file that an LMS has written: UTF-8 or UTF-16, with commas, semicolons or tabs.

    Raises:
        UsageFault: it cannot be read as such.

    """
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_TEMPLATE_BYTES)
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageFault(f"{file} is not a CSV file as an LMS writes it: {error}.") from None
    if not rows:
        raise UsageFault(f"{file} is empty.")
    return rows
