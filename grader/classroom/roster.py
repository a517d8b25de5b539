"""The roster: a CSV file of the students in the course, with their names and ids in the LMS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from grader.course.memberships import BY_ROSTER, Memberships
from grader.errors import CourseFaults, Fault, printable
from grader.folding import folded
from grader.identity import EMAIL, STUDENT, IdColumn, Person, comparable
from grader.lms import ID_COLUMNS, LMSS
from grader.lms.base import Lms
from grader.tables import Row, Table, plain_header, read_table

_IDS = (*ID_COLUMNS, EMAIL, STUDENT)
COLUMNS = ("student", "name", "email", "section", "group", *(column.name for column in ID_COLUMNS))
_ALIASES = {"fullname": "name", "emailaddress": "email", "groups": "group"}
PLAIN_COLUMNS = {plain_header(name): name for name in COLUMNS} | _ALIASES  # by what a header says
_NOTHING = {"-", "N/A", "#N/A", "NA", "NAN", "NULL", "NONE"}
_CHANGED = re.compile(r"\d+\.0+|\d+([.,]\d+)?E\+\d+", re.IGNORECASE)  # 17.0, 1.7E+12
MAX_GROUP = 100  # characters of a group's name
_CLOSE = 0.85  # similarity, up to 1, of a misspelt column


@dataclass(frozen=True)
class Roster:
    """The students of the course, in the file's order. `notes` are the reader's assumptions."""

    people: dict[str, Person]
    notes: tuple[str, ...] = ()
    stranger: str = "not in the roster"  # what is said about anybody else

    @property
    def students(self) -> list[str]:
        """Return the students' own names."""
        return list(self.people)


def read_roster(file: Path) -> Roster:
    """Read a roster: a column `student`, and any other known columns; unknown columns are ignored.

    Raises:
        CourseFaults: everything that is wrong in the file, with its lines.
        UsageFault: the file is not a table.

    """
    table = read_table(file)
    columns = _columns(table)
    people: dict[str, Person] = {}
    taken: dict[tuple[IdColumn, str], str] = {}
    faults: list[Fault] = []
    for row in table.rows:
        cells = {name: filled(cell) for name, cell in _cells(row, columns)}
        sentence = row.problem or _wrong_name(cells["student"]) or wrong_id(cells) or _taken(cells, taken)
        sentence = sentence or wrong_group(cells.get("group", ""))
        if sentence:
            faults.append(Fault(file, row.line, None, "", sentence, "Correct the line."))
        else:
            people[cells["student"]] = _person(cells)
            taken |= {_key(column, cells): cells["student"] for column in _IDS if cells.get(column.name)}
    if faults:
        raise CourseFaults(faults)
    return Roster(people, (table.note,) if table.note else ())


def _person(cells: Mapping[str, str]) -> Person:
    student, name, email, section, group = (cells.get(column, "") for column in COLUMNS[:5])
    ids = {column: cells[column.name] for column in ID_COLUMNS if cells.get(column.name)}
    return Person(student, name, email, section, ids, group)


def memberships_of(roster: Roster) -> Memberships:
    """Return which section and which group each student is in."""
    sections = {student: one.section for student, one in roster.people.items() if one.section}
    groups = {student: one.group for student, one in roster.people.items() if one.group}
    return Memberships(sections, {BY_ROSTER: groups}, is_known=True)


def called_as(roster: Roster, known: Iterable[str]) -> Roster:
    """Return the roster with students named as they are known already: ada may be Ada in a new file.

    >>> called_as(Roster({"Ada": Person("Ada")}), ["ada"]).students
    ['ada']
    """
    names = {folded(student): student for student in known}
    people, notes = {}, list(roster.notes)
    for student, person in roster.people.items():
        name = names.get(folded(student), student)
        if name != student:
            notes.append(f"{printable(student)} in the roster is {printable(name)} in the gradebook.")
        people[name] = replace(person, student=name)
    return Roster(people, tuple(notes), roster.stranger)


def _columns(table: Table) -> dict[str, int]:
    """Return the position of each known column.

    Raises:
        CourseFaults: there is no column `student`, a column appears twice, or this is an LMS's gradebook.

    """
    plain = PLAIN_COLUMNS
    header = [plain_header(cell) for cell in table.header]
    faults = list(_gradebook_faults(table))
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = plain.get(cell)
        if name is not None and name in columns:
            faults.append(_header_fault(table, f"There are two columns '{name}'.", "Keep one of them."))
        elif name is not None:
            columns[name] = index
    if "student" not in columns and not faults:
        names = ", ".join(printable(cell) for cell in table.header)
        remedy = f"It has: {names}. Rename the column with the students' folders to 'student'."
        faults.append(_header_fault(table, "The roster has no column 'student'.", remedy))
    faults += _near_misses(table, header, plain, columns)
    if faults:
        raise CourseFaults(faults)
    return columns


def _header_fault(table: Table, sentence: str, remedy: str) -> Fault:
    return Fault(table.file, 1, None, "", sentence, remedy)


def _gradebook_faults(table: Table) -> Iterator[Fault]:
    """Yield a fault if this is the gradebook of an LMS, whose columns mean something else."""
    for lms in LMSS:
        if why := lms.gradebook(table):
            sentence = f"This is a gradebook of {lms.title}, not a roster: {why}."
            *most, last = [_explained(lms, *one) for one in lms.columns.items()]
            remedy = f"student (the name of the student's folder), name, {', '.join(most)} and {last}."
            own = f"Run: course roster import {table.file}. " if lms.lists else ""
            yield _header_fault(table, sentence, f"{own}Or make a table with the columns {remedy}")


def _explained(lms: Lms, header: str, column: IdColumn) -> str:
    """Return a column of the roster, with the LMS's name for it if that differs."""
    is_same = plain_header(header) == plain_header(column.name)
    return column.name if is_same else f"{column.name} ({lms.title}'s {header})"


def _near_misses(
    table: Table, header: Sequence[str], plain: Mapping[str, str], columns: Mapping[str, int]
) -> Iterator[Fault]:
    """Yield a fault for each unknown column with a name close to a known one."""
    open_ = [name for name, column in plain.items() if column not in columns]
    for cell, written in zip(header, table.header, strict=True):
        close = [] if cell in plain else get_close_matches(cell, open_, 1, _CLOSE)
        for meant in (plain[one] for one in close):
            sentence = f"There is no column '{printable(written)}' in a roster."
            yield _header_fault(table, sentence, f"Rename it to '{meant}', or to something less similar.")


def _wrong_name(student: str) -> str:
    if not student:
        return "The student's name is empty."
    if not is_folder_name(student):
        return f"'{printable(student)}' cannot be the name of a folder."
    return ""


def _cells(row: Row, columns: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Return the cells of a row, by column."""
    if not row.problem:
        yield from ((name, row.cells[index]) for name, index in columns.items())


def filled(cell: str) -> str:
    """Return a cell; what spreadsheets write for an empty cell becomes ""."""
    return "" if cell.upper() in _NOTHING else cell


def wrong_id(cells: Mapping[str, str]) -> str:
    """Say which id a spreadsheet has changed."""
    for column in _IDS:
        value = cells.get(column.name, "")
        if _CHANGED.fullmatch(value) or (column.is_number and value and not value.isdecimal()):
            return f"The {column.name} '{printable(value)}' is not an id. Did a spreadsheet change it?"
    return ""


def wrong_group(group: str) -> str:
    """Say why a group cannot have this name, or return ""."""
    if len(group) > MAX_GROUP or not group.isprintable():
        short = printable(group[:MAX_GROUP])
        return f"The group '{short}' must have a name of at most {MAX_GROUP} printable characters."
    return ""


def _taken(cells: Mapping[str, str], taken: Mapping[tuple[IdColumn, str], str]) -> str:
    """Say which name or id an earlier row already has."""
    for column in _IDS:
        value = printable(cells.get(column.name, ""))
        other = taken.get(_key(column, cells))
        if other and column == STUDENT:
            but = "" if other == value else f" as '{other}', and on some systems these are the same folder"
            return f"'{value}' is already in the roster{but}."
        if other:
            return f"The {column.name} '{value}' already belongs to '{other}'. A cell can be empty."
    return ""


def _key(column: IdColumn, cells: Mapping[str, str]) -> tuple[IdColumn, str]:
    return column, comparable(column, cells.get(column.name, ""))


def is_folder_name(name: str) -> bool:
    """Return whether a student can have this name: every system must allow a folder of that name.

    >>> is_folder_name("ada"), is_folder_name(".."), is_folder_name("a/b")
    (True, False, False)
    """
    return (
        0 < len(name) <= 100
        and name.isprintable()
        and not name.startswith(".")
        and not name.endswith((".", " "))
        and not set(name) & set('/\\:*?"<>|')
    )
