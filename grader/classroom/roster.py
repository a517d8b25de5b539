"""The roster: who is in the course, and what each student is called in the LMS. A CSV file with a header."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path

from grader.errors import CourseFaults, Fault, did_you_mean

MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Person:
    """One student. `student` is the name of their folder; the rest are ids of an LMS, as text."""

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    moodle_username: str = ""
    moodle_idnumber: str = ""


COLUMNS = tuple(field.name for field in fields(Person))
_IDS = tuple(name for name in COLUMNS if name not in {"name", "section"})  # that an LMS or a folder goes by
_CASELESS = {"student", "email", "sis_login_id", "moodle_username"}  # not told apart everywhere by case


@dataclass(frozen=True)
class Roster:
    """Everybody in the course, in the file's order."""

    people: dict[str, Person]

    @property
    def students(self) -> list[str]:
        """The students' own names."""
        return list(self.people)


def read_roster(file: Path) -> Roster:
    """Read a roster: a column `student`, and any of the others; further columns are ignored.

    Raises:
        CourseFaults: everything that is wrong in the file, with its lines.

    """
    rows = _rows(file)
    if not rows:
        raise CourseFaults(
            [Fault(file, 1, None, "", "The roster is empty.", "Begin with a line: student,name")]
        )
    header = [cell.strip().lower().replace(" ", "_") for cell in rows[0][1]]
    if "student" not in header:
        remedy = did_you_mean("student", header) if header else ""
        raise CourseFaults([Fault(file, 1, None, "", "The roster has no column 'student'.", remedy)])
    people: dict[str, Person] = {}
    taken: dict[tuple[str, str], str] = {}
    faults: list[Fault] = []
    for line, row in rows[1:]:
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name in COLUMNS}
        sentence = _sentence(len(row), len(header), cells.get("student", "")) or _taken(cells, taken)
        if sentence:
            faults.append(Fault(file, line, None, "", sentence, "Correct the line."))
        else:
            people[cells["student"]] = Person(**cells)
            taken |= {_id(name, cells): cells["student"] for name in _IDS if cells.get(name)}
    if faults:
        raise CourseFaults(faults)
    return Roster(people)


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line that it ends in."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            text = stream.read(MAX_BYTES)
    except OSError as error:
        raise CourseFaults([Fault(file, None, None, "", f"It cannot be read: {error.strerror}.")]) from None
    except UnicodeDecodeError:
        raise CourseFaults(
            [Fault(file, None, None, "", "It is not UTF-8 text.", "Save it as UTF-8.")]
        ) from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        text.splitlines(keepends=True), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        fault = Fault(file, reader.line_num, None, "", f"This is not CSV: {error}.", "Check its quotes.")
        raise CourseFaults([fault]) from None


def _sentence(cells: int, columns: int, student: str) -> str:
    if cells != columns:
        return f"There are {cells} cells where the header has {columns}."
    if not student:
        return "The student has no name."
    if not is_folder_name(student):
        return f"'{student}' cannot be the name of a folder."
    return ""


def _taken(cells: dict[str, str], taken: dict[tuple[str, str], str]) -> str:
    """What somebody above is called, too."""
    for name in _IDS:
        value = cells.get(name, "")
        other = taken.get(_id(name, cells))
        if other and name == "student":
            but = "" if other == value else f" as '{other}': some systems do not tell their folders apart"
            return f"'{value}' is in the roster already{but}."
        if other:
            return f"The {name} '{value}' is that of '{other}', too. A cell may be empty."
    return ""


def _id(name: str, cells: dict[str, str]) -> tuple[str, str]:
    value = cells.get(name, "")
    return name, value.casefold() if name in _CASELESS else value


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
