"""Blackboard Learn: its offline gradebook, and the names in its assignment downloads.

A submission is called `exercise-3_ada1_attempt_2026-11-02-09-00-00_exercise-3.py`: the assignment, the
username, the time, the file's own name. Beside it is a text file without the last part. This comes from
public descriptions and was not tried with Blackboard: see docs/lms/blackboard.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import UsageFault, printable
from grader.identity import IdColumn, Mention, Person, match
from grader.lms.base import Lms, Named
from grader.lms.export import Entry, Export, File, Item, file_maximum, scaled, unsafe_id
from grader.tables import Row, Table, read_table, table_text

USERNAME = IdColumn("blackboard_username", "Blackboard", is_caseless=True)
STUDENT_ID = IdColumn("blackboard_student_id", "Blackboard")
# An assignment with `_` in its name gives a username that nobody has, which is better than a wrong match.
_NAME = re.compile(
    r"(?P<assignment>[^_]+)_(?P<user>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"
)
_COLUMN = re.compile(r"(?P<title>.+) \[Total Pts: (?P<points>[^\]]*?)(?: Score| Text)?\] \|\d+")


class Blackboard(Lms):
    """Blackboard identifies people by username, and columns by a number after the title."""

    name = "blackboard"
    title = "Blackboard"
    summary = "the CSV that Blackboard's gradebook uploads"
    columns = {"Username": USERNAME, "Student ID": STUDENT_ID}
    fills = "its full gradebook, downloaded to work offline"

    def read(self, parts: Sequence[str]) -> Named | None:
        """Read the name of a file. A Blackboard download has no folders."""
        found = _NAME.fullmatch(parts[0])
        if found is None or len(parts) > 1:
            return None
        user, file = found["user"], found["file"]
        return Named(user, file or parts[0], {USERNAME: user}, is_beside=file is None)

    def gradebook(self, table: Table) -> str:
        """Say why a gradebook is not a roster: it has no column `student` with the names of folders."""
        is_gradebook = {"Last Name", "First Name", "Username"} <= set(table.header)
        return "it does not name the students' folders" if is_gradebook else ""

    def write(self, export: Export) -> list[File]:
        """Return one file for each exercise.

        Raises:
            UsageFault: the template is not a Blackboard gradebook, or it lacks the columns.

        """
        if export.template is not None:
            table = read_table(export.template)
            return [_filled(export, item, table) for item in export.items if item.entries]
        return [_file(export, item) for item in export.items if item.scored]


LMS = Blackboard()


def _known(export: Export, student: str) -> Person:
    """Return a student. Without a roster, the folder's name is the username."""
    person = export.person(student)
    return person if export.people else replace(person, lms_ids={USERNAME: student})


def _file(export: Export, item: Item) -> File:
    """Return a file whose column is new in Blackboard."""
    file = File(f"blackboard-{item.exercise}.csv", notes=item.excused)
    rows = [["Username", item.label]]
    for entry in item.scored:
        username = _known(export, entry.student).lms_ids.get(USERNAME, "")
        lacks = "" if username else f"has no {USERNAME.name} in the roster"
        if reason := export.stranger(entry.student) or lacks or unsafe_id(username):
            file.leave_out(entry.student, reason)
        else:
            rows.append([username, scaled(entry, item, export.maximum(item))])
    return replace(file, text=table_text(rows), rows=len(rows) - 1)


def _filled(export: Export, item: Item, table: Table) -> File:
    """Return the column of one exercise, with Blackboard's own header and usernames."""
    file = File(f"blackboard-{item.exercise}.csv", notes=item.excused)
    column, maximum = _column(export, item, table)
    people = [_known(export, student) for student in export.people or [e.student for e in item.entries]]
    matches = match([_mention(table, row) for row in table.rows], people)
    rows = [["Username", table.header[column]]]
    for entry in item.scored:
        index = matches.mentions.get(entry.student)
        if index is None or table.rows[index].problem:
            file.leave_out(entry.student, _reason(export, entry, matches.disputed.get(entry.student, "")))
            continue
        username = _cells(table, table.rows[index])["Username"]
        if reason := unsafe_id(username):
            file.leave_out(entry.student, reason)
        else:
            rows.append([username, scaled(entry, item, maximum)])
    return replace(file, text=table_text(rows), rows=len(rows) - 1)


def _reason(export: Export, entry: Entry, dispute: str) -> str:
    return export.stranger(entry.student) or dispute or "not in Blackboard's gradebook, or in a faulty line"


def _cells(table: Table, row: Row) -> dict[str, str]:
    return dict(zip(table.header, row.cells, strict=False))


def _mention(table: Table, row: Row) -> Mention:
    ids = {} if row.problem else LMS.ids_in(_cells(table, row))
    return Mention(f"line {row.line}", ids)


def _column(export: Export, item: Item, table: Table) -> tuple[int, float]:
    """Return the column of an exercise, and its maximum.

    Raises:
        UsageFault: no single column matches, or the file does not give its maximum.

    """
    if "Username" not in table.header:
        raise UsageFault(f"{table.file} has no column 'Username'. Download the full gradebook again.")
    found = [(index, _COLUMN.fullmatch(cell)) for index, cell in enumerate(table.header)]
    fitting = [(index, one["points"]) for index, one in found if one and item.is_called(one["title"])]
    if len(fitting) != 1:
        raise UsageFault(
            f"{table.file} has {len(fitting)} columns for {item.exercise}. Give one column in Blackboard "
            f"the name '{item.label}', and download again."
        )
    [(index, points)] = fitting
    place = f"{table.file}:1: The maximum of '{printable(table.header[index])}'"
    return index, file_maximum(points, place, export.out_of)
