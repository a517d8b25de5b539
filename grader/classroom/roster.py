"""The roster: who is in the course, and what each student is called in the LMS. A CSV file with a header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from grader.errors import CourseFaults, Fault, printable
from grader.folding import folded
from grader.identity import EMAIL, STUDENT, IdColumn, Person, comparable
from grader.lms import ID_COLUMNS, LMSS
from grader.lms.base import Lms
from grader.tables import Row, Table, plain_header, read_table

_IDS = (*ID_COLUMNS, EMAIL, STUDENT)
COLUMNS = ("student", "name", "email", "section", *(column.name for column in ID_COLUMNS))
_ALIASES = {"fullname": "name", "emailaddress": "email"}
_NOTHING = {"-", "N/A", "#N/A", "NA", "NAN", "NULL", "NONE"}
_CHANGED = re.compile(r"\d+\.0+|\d+([.,]\d+)?E\+\d+", re.IGNORECASE)  # 17.0, 1.7E+12
_CLOSE = 0.85  # of 1: a column that is meant as one of these, and not another one


@dataclass(frozen=True)
class Roster:
    """Everybody in the course, in the file's order. `notes` say what the reader had to assume."""

    people: dict[str, Person]
    notes: tuple[str, ...] = ()
    stranger: str = "not in the roster"  # what is said of somebody else

    @property
    def students(self) -> list[str]:
        """Return the students' own names."""
        return list(self.people)


def read_roster(file: Path) -> Roster:
    """Read a roster: a column `student`, and any of the others; further columns are ignored.

    Raises:
        CourseFaults: everything that is wrong in the file, with its lines.
        UsageFault: it is not a table.

    """
    table = read_table(file)
    columns = _columns(table)
    people: dict[str, Person] = {}
    taken: dict[tuple[IdColumn, str], str] = {}
    faults: list[Fault] = []
    for row in table.rows:
        cells = {name: _filled(cell) for name, cell in _cells(row, columns)}
        sentence = row.problem or _wrong_name(cells["student"]) or _wrong_id(cells) or _taken(cells, taken)
        if sentence:
            faults.append(Fault(file, row.line, None, "", sentence, "Correct the line."))
        else:
            people[cells["student"]] = _person(cells)
            taken |= {_key(column, cells): cells["student"] for column in _IDS if cells.get(column.name)}
    if faults:
        raise CourseFaults(faults)
    return Roster(people, (table.note,) if table.note else ())


def _person(cells: Mapping[str, str]) -> Person:
    student, name, email, section = (cells.get(column, "") for column in COLUMNS[:4])
    ids = {column: cells[column.name] for column in ID_COLUMNS if cells.get(column.name)}
    return Person(student, name, email, section, ids)


def called_as(roster: Roster, known: Iterable[str]) -> Roster:
    """Return the roster with students called as they are known already: ada may be Ada in a new file.

    >>> called_as(Roster({"Ada": Person("Ada")}), ["ada"]).students
    ['ada']
    """
    names = {folded(student): student for student in known}
    people, notes = {}, list(roster.notes)
    for student, person in roster.people.items():
        name = names.get(folded(student), student)
        if name != student:
            notes.append(f"{printable(student)} of the roster is {printable(name)} in the gradebook.")
        people[name] = replace(person, student=name)
    return Roster(people, tuple(notes), roster.stranger)


def _columns(table: Table) -> dict[str, int]:
    """Return where each known column is.

    Raises:
        CourseFaults: there is no column `student`, one is there twice, or this is an LMS's gradebook.

    """
    plain = {plain_header(name): name for name in COLUMNS} | _ALIASES
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
        remedy = f"It has: {names}. Name the column with the students' folders 'student'."
        faults.append(_header_fault(table, "The roster has no column 'student'.", remedy))
    faults += _near_misses(table, header, plain, columns)
    if faults:
        raise CourseFaults(faults)
    return columns


def _header_fault(table: Table, sentence: str, remedy: str) -> Fault:
    return Fault(table.file, 1, None, "", sentence, remedy)


def _gradebook_faults(table: Table) -> Iterator[Fault]:
    """Find out whether this is the gradebook of an LMS, in which something else is called as in a roster."""
    for lms in LMSS:
        if why := lms.gradebook(table):
            sentence = f"This is a gradebook of {lms.title}, not a roster: {why}."
            *most, last = [_explained(lms, *one) for one in lms.columns.items()]
            remedy = f"student (the name of the student's folder), name, {', '.join(most)} and {last}."
            yield _header_fault(table, sentence, f"Make a table with the columns {remedy}")


def _explained(lms: Lms, header: str, column: IdColumn) -> str:
    """Return a column of the roster, with the LMS's word for it where that is another one."""
    is_same = plain_header(header) == plain_header(column.name)
    return column.name if is_same else f"{column.name} ({lms.title}'s {header})"


def _near_misses(
    table: Table, header: Sequence[str], plain: Mapping[str, str], columns: Mapping[str, int]
) -> Iterator[Fault]:
    """Find columns that seem to be meant as one of ours, which would be ignored."""
    open_ = [name for name, column in plain.items() if column not in columns]
    for cell, written in zip(header, table.header, strict=True):
        close = [] if cell in plain else get_close_matches(cell, open_, 1, _CLOSE)
        for meant in (plain[one] for one in close):
            sentence = f"There is no column '{printable(written)}' in a roster."
            yield _header_fault(
                table, sentence, f"Call it '{meant}', or give it a name that is not so close."
            )


def _wrong_name(student: str) -> str:
    if not student:
        return "The student has no name."
    if not is_folder_name(student):
        return f"'{printable(student)}' cannot be the name of a folder."
    return ""


def _cells(row: Row, columns: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the cells of a row that can be read, by column."""
    if not row.problem:
        yield from ((name, row.cells[index]) for name, index in columns.items())


def _filled(cell: str) -> str:
    """Return a cell; what spreadsheets write where there is nothing is nothing."""
    return "" if cell.upper() in _NOTHING else cell


def _wrong_id(cells: Mapping[str, str]) -> str:
    """Say which id a spreadsheet has turned into another number."""
    for column in _IDS:
        value = cells.get(column.name, "")
        if _CHANGED.fullmatch(value) or (column.is_number and value and not value.isdecimal()):
            return f"The {column.name} '{printable(value)}' is not an id. Did a spreadsheet change it?"
    return ""


def _taken(cells: Mapping[str, str], taken: Mapping[tuple[IdColumn, str], str]) -> str:
    """Say what somebody above is called, too."""
    for column in _IDS:
        value = printable(cells.get(column.name, ""))
        other = taken.get(_key(column, cells))
        if other and column == STUDENT:
            but = "" if other == value else f" as '{other}': some systems do not tell their folders apart"
            return f"'{value}' is in the roster already{but}."
        if other:
            return f"The {column.name} '{value}' is that of '{other}', too. A cell may be empty."
    return ""


def _key(column: IdColumn, cells: Mapping[str, str]) -> tuple[IdColumn, str]:
    return column, comparable(column, cells.get(column.name, ""))


def is_folder_name(name: str) -> bool:
    """Whether a student can be called this: a folder of that name can be made on every system.

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
