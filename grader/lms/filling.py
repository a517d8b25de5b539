"""Scores for the rows of an LMS: whose they are, and what its own file holds already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.identity import STUDENT, IdColumn, Ids, Matches, Mention, Person, match
from grader.lms.export import Change, Entry, Export, File, Item, scaled, unsafe_id
from grader.tables import Row, Table

NOTHING_YET = frozenset({"", "-", "n/a"})  # a cell without a grade
_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")
_SAME = 0.5e-5  # scores have five decimals


@dataclass(frozen=True)
class Template:
    """The LMS's own file. `people` are those that a row can be about, with the ids that the LMS knows."""

    export: Export
    table: Table
    what: str  # the file, for messages: not in WHAT
    ids_in: Callable[[dict[str, str]], Ids]
    people: Sequence[Person]
    names: str = ""  # the column with names, if they count
    keys: tuple[str, ...] = ()  # the columns that the LMS finds a row by, which are written unchanged
    labels: tuple[str, ...] = ()  # the columns that name a row for messages
    nothing: frozenset[str] = field(default=NOTHING_YET)

    def cells(self, row: Row) -> dict[str, str]:
        """Return the cells of a row by header; the first of two columns counts."""
        pairs = list(zip(self.table.header, row.cells, strict=False))
        return dict(reversed(pairs))

    @cached_property
    def matches(self) -> Matches:
        """Return the student of each row that is certain."""
        return match([self._mention(row) for row in self.table.rows], self.people)

    def _mention(self, row: Row) -> Mention:
        cells = self.cells(row)
        label = next(filter(None, (cells.get(name, "") for name in self.labels)), "the row")
        return Mention(
            f"{printable(label)} in line {row.line}", self.ids_in(cells), cells.get(self.names, "")
        )

    def fill(
        self,
        file: File,
        entries: Iterable[Entry],
        old: Callable[[Row], str],
        new: Callable[[Row, Entry], str],
    ) -> Iterator[tuple[Row, Entry, str]]:
        """Yield each row that gets a score, with its entry and its new cell; the file lists everybody else.

        A grade that is there already stays, unless the export overwrites it.
        """
        numbers = self.matches.mentions
        for entry in entries:
            index = numbers.get(entry.student)
            row = None if index is None else self.table.rows[index]
            if row is None or self._unusable(row):
                file.leave_out(entry.student, self._absence(entry.student, row))
                continue
            before, after = old(row), new(row, entry)
            is_there = folded(before) not in self.nothing
            if is_there and not self.export.overwrite and not is_same_grade(before, after):
                file.keep(entry.student, before, after)
                continue
            file.changes.append(Change(entry.student, after, before if is_there else "", entry.rules))
            yield row, entry, after

    def _unusable(self, row: Row) -> str:
        """Say why nothing can be written for a row, or return ""."""
        cells = self.cells(row)
        keys = [cells[key] for key in self.keys if cells.get(key)]
        lacks = "it has no " + " or ".join(self.keys) if self.keys and not keys else ""
        return row.problem or lacks or unsafe_id(*keys)

    def _absence(self, student: str, row: Row | None) -> str:
        if row is not None:
            return f"line {row.line}: {self._unusable(row)}"
        return self.export.stranger(student) or self.matches.disputed.get(student) or f"not in {self.what}"

    def column(self, item: Item, titles: dict[int, str], remedy: str) -> int | None:
        """Return the column whose title is the exercise's name, its title, or both.

        Raises:
            UsageFault: there are several.

        """
        fitting = [index for index, title in titles.items() if item.is_called(title)]
        if len(fitting) > 1:
            names = " and ".join(f"'{printable(self.table.header[index])}'" for index in fitting)
            raise UsageFault(f"{self.table.file} has several columns for {item.exercise}: {names}. {remedy}")
        return fitting[0] if fitting else None

    def titled_column(self, form: re.Pattern[str], item: Item, remedy: str) -> tuple[int, re.Match[str]]:
        """Return the column of an exercise among those whose header has a form with a `title`.

        Raises:
            UsageFault: there is none, or there are several.

        """
        found = {index: one for index, cell in enumerate(self.table.header) if (one := form.fullmatch(cell))}
        index = self.column(item, {index: one["title"] for index, one in found.items()}, remedy)
        if index is None:
            raise UsageFault(f"{self.table.file} has no column for {item.exercise}. {remedy}")
        return index, found[index]

    def fill_column(
        self, file: File, item: Item, column: int, maximum: float
    ) -> Iterator[tuple[Row, Entry, str]]:
        """Yield each row that gets a score in a column, as `fill` does, with the score out of its maximum."""
        return self.fill(
            file, item.scored, lambda row: row.cells[column], lambda _, entry: scaled(entry, item, maximum)
        )


def is_same_grade(one: str, other: str) -> bool:
    """Return whether two cells hold the same grade; a decimal comma is a decimal point.

    >>> is_same_grade("7,50", "7.5"), is_same_grade("ex", "EX"), is_same_grade("7", "8")
    (True, True, False)
    """
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        return abs(float(one.replace(",", ".")) - float(other.replace(",", "."))) <= _SAME
    return folded(one) == folded(other)


def people_of(export: Export) -> list[Person]:
    """Return the people that a row can be about: the roster, or else the students with a score."""
    scored = {entry.student for item in export.items for entry in item.entries}
    return list(export.people.values()) or [Person(student) for student in sorted(scored)]


def by_one_id(
    export: Export,
    entries: Sequence[Entry],
    identities: Sequence[tuple[str, IdColumn]],
    title: str,
    file: File,
) -> tuple[str, list[tuple[Entry, str]]]:
    """Return the header of the id that most students have, and each entry with that id; others are left out.

    Without a roster, the folder's name is the username, which is the first of `identities`.
    """
    known = [entry.student for entry in entries if not export.stranger(entry.student)]
    people = [export.person(student).ids for student in known]
    header, column = max(identities, key=lambda one: sum(one[1] in ids for ids in people))
    if not export.people:
        header, column = identities[0][0], STUDENT
    found = []
    for entry in entries:
        own = export.person(entry.student).ids.get(column, "")
        lacks = "" if own else f"has no {column.name} in the roster, which identifies the others in {title}"
        if reason := export.stranger(entry.student) or lacks or unsafe_id(own):
            file.leave_out(entry.student, reason)
        else:
            found.append((entry, own))
    return header, found
