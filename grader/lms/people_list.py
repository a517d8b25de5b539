"""A file of an LMS that lists people: the headers that show it, and what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.tables import plain_header

NAME, FIRST, LAST, EMAIL, SECTION, GROUP = "name", "first name", "last name", "email", "section", "group"

_FIRST_CELLS = 4


@dataclass(frozen=True)
class PeopleList:
    """One kind of file. All of `headers` are in it; `columns` are the roster's columns by header.

    A name in two parts has the columns FIRST and LAST. The first of `student` that is filled in names the
    student's folder. A row is about nobody if
    its first cells, with tabs between them, begin with `no_person`.
    """

    title: str
    headers: tuple[str, ...]
    columns: Mapping[str, str]
    student: tuple[str, ...] = ()
    no_person: re.Pattern[str] = re.compile(r"(?!)")

    def is_shown_by(self, header: Sequence[str]) -> bool:
        """Return whether a table with this header is such a file."""
        return set(map(plain_header, self.headers)) <= set(map(plain_header, header))

    def is_about_nobody(self, cells: Sequence[str]) -> bool:
        """Return whether a row holds maxima, dates or a user for tests."""
        return self.no_person.match("\t".join([*cells[:_FIRST_CELLS], ""])) is not None

    def meanings(self, header: Sequence[str]) -> dict[int, str]:
        """Return the roster's column for each column that it has one for. The first of two counts."""
        known = {plain_header(name): column for name, column in self.columns.items()}
        found = {
            index: known[name] for index, cell in enumerate(header) if (name := plain_header(cell)) in known
        }
        firsts = {column: index for index, column in reversed(found.items())}
        return {index: column for index, column in found.items() if firsts[column] == index}

    def with_each(self, marks: Iterable[str]) -> tuple[PeopleList, ...]:
        """Return this list once for each further header, any of which shows it."""
        return tuple(
            PeopleList(self.title, (*self.headers, mark), self.columns, self.student, self.no_person)
            for mark in marks
        )
