"""Write a roster: the columns and rows that are there already stay where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from grader.classroom.roster import COLUMNS, PLAIN_COLUMNS
from grader.files import write_file
from grader.folding import folded
from grader.identity import Person
from grader.lms.people_list import GROUP
from grader.tables import plain_header, read_table, table_text


def write_roster(file: Path, people: Mapping[str, Person], gone: Collection[str] = ()) -> None:
    """Write people to a roster. Its other columns stay, and those of `gone` lose their row.

    Raises:
        UsageFault: it cannot be read or written.

    """
    header, rows = _before(file)
    found = {
        name: index for index, cell in enumerate(header) if (name := PLAIN_COLUMNS.get(plain_header(cell)))
    }
    cells = {student: _cells(person) for student, person in people.items()}
    needed = [name for name in COLUMNS if name not in found and any(own.get(name) for own in cells.values())]
    found |= {name: len(header) + number for number, name in enumerate(needed)}
    own = {folded(row[found["student"]]): row for row in rows} if rows else {}
    left = {folded(student) for student in gone}
    for student, values in cells.items():
        row = own.setdefault(folded(student), [""] * len(header))
        row += [""] * (len(found) + len(header) - len(row))
        for name, index in found.items():
            row[index] = values.get(name, row[index]) if name != "student" else row[index] or student
    width = len(header) + len(needed)
    kept = [row[:width] for key, row in own.items() if key not in left]
    write_file(file, table_text([[*header, *needed], *kept]))


def _before(file: Path) -> tuple[list[str], list[list[str]]]:
    if not file.exists():
        return [], []
    table = read_table(file)
    return list(table.header), [list(row.cells) for row in table.rows]


def _cells(person: Person) -> dict[str, str]:
    """Return the cells of a person that are filled in. That of the group is also written if it is empty."""
    columns = ("student", "name", "email", "section", "group")
    cells = {column: str(getattr(person, column)) for column in columns}
    cells |= {column.name: value for column, value in person.lms_ids.items()}
    return {name: value for name, value in cells.items() if value or name == GROUP}
