"""Campus, a made-up LMS: its table of marks, and the names in its downloads.

A submission is called `exercise-3 of ada1 at 2026-11-02 09.00 - exercise-3.py`: the assignment, the login,
the time, the file's own name. Beside it is a receipt without the last part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import UsageFault, printable
from grader.identity import STUDENT, IdColumn
from grader.lms.base import Lms, Named
from grader.lms.export import Change, Export, File, Item, file_maximum, scaled
from grader.lms.filling import Template, by_one_id, people_of
from grader.lms.people_list import NAME, PeopleList
from grader.tables import Table, read_table, table_text

LOGIN = IdColumn("campus_login", "Campus", is_caseless=True)
_NAME = re.compile(r"(?P<assignment>.+) of (?P<login>\S+) at [-0-9]{10} \d\d\.\d\d(?: - (?P<file>.+)|\.txt)")
_COLUMN = re.compile(r"(?P<title>.+) \((?P<points>[^()]*) points\)")


class Campus(Lms):
    """Campus identifies people by login, and columns by title."""

    name = "campus"
    title = "Campus"
    summary = "the CSV that Campus's table of marks imports"
    columns = {"Login": LOGIN}
    lists = (
        PeopleList("Campus's marks", ("Login", "Name"), {"Login": LOGIN.name, "Name": NAME}, ("Login",)),
    )
    fills = "its table of marks"

    def read(self, parts: Sequence[str]) -> Named | None:
        """Read the name of a file. A download of Campus has no folders."""
        found = _NAME.fullmatch(parts[0])
        if found is None or len(parts) > 1:
            return None
        login, file = found["login"], found["file"]
        return Named(login, file or parts[0], {LOGIN: login}, is_beside=file is None)

    def gradebook(self, table: Table) -> str:
        """Say why a table of marks is not a roster: it has no column `student` with the names of folders."""
        is_marks = {"Login", "Name"} <= set(table.header) and STUDENT.name not in table.header
        return "it does not name the students' folders" if is_marks else ""

    def write(self, export: Export) -> list[File]:
        """Return one file for each exercise.

        Raises:
            UsageFault: the template is not a table of marks, or it lacks the columns.

        """
        if export.template is None:
            return [_file(export, item) for item in export.items if item.scored]
        table = read_table(export.template)
        if "Login" not in table.header:
            raise UsageFault(f"{table.file} has no column 'Login'. Export the marks from Campus again.")
        people = people_of(export)
        if not export.people:  # the folder's name is the login
            people = [replace(person, lms_ids={LOGIN: person.student}) for person in people]
        keys = ("Login",)
        template = Template(export, table, "the marks", LMS.ids_in, people, keys=keys, labels=keys)
        return [_filled(template, item) for item in export.items if item.entries]


LMS = Campus()


def _file(export: Export, item: Item) -> File:
    """Return a file whose column is new in Campus."""
    file = File(f"campus-{item.exercise}.csv", notes=item.excused)
    _, found = by_one_id(export, item.scored, [("Login", LOGIN)], LMS.title, file)
    rows = []
    for entry, login in found:
        rows.append([login, scaled(entry, item, export.maximum(item))])
        file.changes.append(Change(entry.student, rows[-1][1], reason=entry.rules))
    return replace(file, text=table_text([["Login", item.label], *rows]), rows=len(rows))


def _filled(template: Template, item: Item) -> File:
    """Return the column of one exercise, with Campus's own header and logins."""
    file = File(f"campus-{item.exercise}.csv", notes=item.excused)
    column, maximum = _column(template, item)
    filled = template.fill_column(file, item, column, maximum)
    rows = [[template.cells(row)["Login"], cell] for row, _, cell in filled]
    header = ["Login", template.table.header[column]]
    return replace(file, text=table_text([header, *rows]), rows=len(rows))


def _column(template: Template, item: Item) -> tuple[int, float]:
    """Return the column of an exercise, and its maximum.

    Raises:
        UsageFault: no single column matches, or the file does not give its maximum.

    """
    table = template.table
    remedy = f"Give one column in Campus the name '{item.label}', and export the marks again."
    index, found = template.titled_column(_COLUMN, item, remedy)
    place = f"{table.file}:1: The maximum of '{printable(table.header[index])}'"
    return index, file_maximum(found["points"], place, template.export.out_of)
