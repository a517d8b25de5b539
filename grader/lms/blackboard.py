"""Blackboard Learn: its offline gradebook, and the names in its assignment downloads.

A submission is called `exercise-3_ada1_attempt_2026-11-02-09-00-00_exercise-3.py`: the assignment, the
username, the time, the file's own name. Beside it is a text file without the last part, whose first line is
`Name: Ada Lovelace (ada1)`. The last of several attempts counts.

A download of the gradebook is tab-separated text in UTF-16 or a CSV; a filled file is written like the one
that was read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from grader.errors import UsageFault, printable
from grader.identity import STUDENT, IdColumn, Person
from grader.lms.base import Lms, Named, Owner, Owners
from grader.lms.export import Change, Export, File, Item, file_maximum, scaled
from grader.lms.filling import NOTHING_YET, Template, by_one_id, people_of
from grader.lms.people_list import EMAIL, FIRST, LAST, PeopleList
from grader.tables import Table, read_table, table_text

USERNAME = IdColumn("blackboard_username", "Blackboard", is_caseless=True)
STUDENT_ID = IdColumn("blackboard_student_id", "Blackboard")
# An assignment with `_` in its name gives a username that nobody has, which is better than a wrong match; the
# text file beside it then says who it is.
_NAME = re.compile(
    r"(?P<attempt>(?P<assignment>[^_]+)_(?P<user>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5}))(?:_(?P<file>.+)|\.txt)"
)
_OWNER = re.compile(r"Name: (?P<name>.*) \((?P<user>[^()]+)\)")
_COLUMN = re.compile(r"(?P<title>.+?) \[Total Pts: (?P<points>[^\]]*?)(?: Score| Text)?\] \|\d+")
_NOTHING = NOTHING_YET | {"in progress", "needs grading"}  # an attempt without a grade


class Blackboard(Lms):
    """Blackboard identifies people by username, and columns by a number after the title."""

    name = "blackboard"
    title = "Blackboard"
    summary = "the CSV that Blackboard's gradebook uploads"
    columns = {"Username": USERNAME, "Student ID": STUDENT_ID}
    lists = PeopleList(
        "Blackboard's gradebook or class list",
        ("Last Name", "First Name", "Username"),
        {
            "Last Name": LAST,
            "First Name": FIRST,
            "Username": USERNAME.name,
            "Student ID": STUDENT_ID.name,
            "Email": EMAIL,
        },
        ("Username",),
        re.compile(r"[^\t]*\t[^\t]*\t[^\t]*_previewuser\t", re.IGNORECASE),
    ).with_each(("Student ID", "Availability", "Last Access"))
    fills = "its full gradebook, downloaded to work offline"
    beside = re.compile(r"[^_]+_.+?_attempt_\d{4}(?:-\d\d){5}\.txt")

    def read(self, parts: Sequence[str]) -> Named | None:
        """Read the name of a file. A Blackboard download has no folders."""
        found = _NAME.fullmatch(parts[0])
        if found is None or len(parts) > 1:
            return None
        user, file, key = found["user"], found["file"], (self.name, found["attempt"])
        time = _time(found["time"])
        return Named(user, file or parts[0], {USERNAME: user}, key=key, time=time, is_beside=file is None)

    def owners_beside(self, name: str, content: bytes) -> Owners:
        """Return whose attempt it is; the rest of the text is the student's own and is not read."""
        attempt, first = name.removesuffix(".txt"), content.decode(errors="replace").partition("\n")[0]
        found = _OWNER.fullmatch(first.strip().removeprefix("\ufeff"))
        if found is None or not attempt.rpartition("_attempt_")[0].endswith(f"_{found['user']}"):
            return {}
        return {(self.name, attempt): [Owner({USERNAME: found["user"]})]}

    def gradebook(self, table: Table) -> str:
        """Say why a gradebook is not a roster: it has no column `student` with the names of folders."""
        is_gradebook = {"Last Name", "First Name", "Username"} <= set(
            table.header
        ) and STUDENT.name not in table.header
        return "it does not name the students' folders" if is_gradebook else ""

    def lacks(self, person: Person) -> str:
        """Say that a person has no username, the only id that an upload goes by."""
        return "" if USERNAME in person.ids else USERNAME.name

    def write(self, export: Export) -> list[File]:
        """Return one file for each exercise.

        Raises:
            UsageFault: the template is not a Blackboard gradebook, or it lacks the columns.

        """
        if export.template is None:
            return [_file(export, item) for item in export.items if item.scored]
        table = read_table(export.template)
        if "Username" not in table.header:
            raise UsageFault(f"{table.file} has no column 'Username'. Download the full gradebook again.")
        people = people_of(export)
        if not export.people:
            people = [replace(person, lms_ids={USERNAME: person.student}) for person in people]
        what, keys = "Blackboard's gradebook", ("Username",)
        template = Template(export, table, what, LMS.ids_in, people, keys=keys, labels=keys, nothing=_NOTHING)
        return [_filled(template, item) for item in export.items if item.entries]


LMS = Blackboard()


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")  # noqa: DTZ007 the zone is added later
    except ValueError:
        return None


def _file(export: Export, item: Item) -> File:
    """Return a file whose column is new in Blackboard."""
    file = File(f"blackboard-{item.exercise}.csv", notes=item.excused)
    _, found = by_one_id(export, item.scored, [("Username", USERNAME)], LMS.title, file)
    rows = [(own, scaled(entry, item, export.maximum(item))) for entry, own in found]
    file.changes += [
        Change(entry.student, cell, reason=entry.rules)
        for (entry, _), (_, cell) in zip(found, rows, strict=True)
    ]
    text = table_text([("Username", item.label), *rows], quoting=csv.QUOTE_ALL)
    return replace(file, text=text, rows=len(rows))


def _filled(template: Template, item: Item) -> File:
    """Return the column of one exercise, with Blackboard's own header and usernames."""
    table, is_tabs = template.table, template.table.separator == "\t"
    file = File(f"blackboard-{item.exercise}.{'txt' if is_tabs else 'csv'}", notes=item.excused)
    column, maximum = _column(template, item)
    filled = template.fill_column(file, item, column, maximum)
    rows = [(template.cells(row)["Username"], cell) for row, _, cell in filled]
    header = ("Username", table.header[column])
    text = table_text([header, *rows], table.separator, quoting=csv.QUOTE_ALL)
    return replace(file, text=text, rows=len(rows), encoding=table.encoding)


def _column(template: Template, item: Item) -> tuple[int, float]:
    """Return the column of an exercise, and its maximum.

    Raises:
        UsageFault: no single column matches, or the file does not give its maximum.

    """
    table = template.table
    remedy = f"Give one column in Blackboard the name '{item.label}', and download again."
    index, found = template.titled_column(_COLUMN, item, remedy)
    place = f"{table.file}:1: The maximum of '{printable(table.header[index])}'"
    return index, file_maximum(found["points"], place, template.export.out_of)
