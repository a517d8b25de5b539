"""Canvas: its gradebook CSV (gradebook_importer.rb), and the names in its downloads.

A submission is named `lovelaceada_LATE_123_456_exercise-3-1.py`: the sortable name without spaces, `LATE` if
it was late, the user's id, the attachment's id, the file's name, and `-1` if it was handed in again. In an
assignment for groups the name is the group's, and the user is one of its members (content_zipper.rb).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.identity import IdColumn, Person
from grader.lms.base import Lms, Named, Owner, Owners, SubmissionKey
from grader.lms.export import (
    Change,
    Export,
    File,
    Item,
    cell_of,
    file_maximum,
    free_text,
    number,
    unsafe_id,
)
from grader.lms.filling import Template, people_of
from grader.lms.people_list import EMAIL, FIRST, GROUP, LAST, NAME, SECTION, PeopleList
from grader.tables import Table, plain_header, read_table, table_text

_HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
CANVAS_ID = IdColumn("canvas_id", "Canvas", is_number=True)
SIS_USER_ID = IdColumn("sis_user_id", "Canvas")
SIS_LOGIN_ID = IdColumn("sis_login_id", "Canvas", is_caseless=True)
_IDS = {"ID": CANVAS_ID, "SIS User ID": SIS_USER_ID, "SIS Login ID": SIS_LOGIN_ID}
_NAMED = {header: column.name for header, column in _IDS.items()}
_GROUP_IDS = {"canvasuserid": CANVAS_ID, "userid": SIS_USER_ID, "loginid": SIS_LOGIN_ID}
_FOLDER = ("SIS Login ID", "SIS User ID", "ID")
_NO_PERSON = re.compile(r"(points possible|student, test|test student|student\ttest)\t", re.IGNORECASE)
_READ_ONLY = re.compile(r"(unposted )?(current|final|override) (score|grade|points|status)", re.IGNORECASE)
_ASSIGNMENT = re.compile(r" \(\d+\)$")  # the id that Canvas writes after a title
_NAME = re.compile(r"(?P<name>[^/]*?)(?:_?(?P<late>LATE))?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>[^/]+)")
# The zip of a file-upload question in a quiz (quiz_submission_zipper.rb); the first number is the user's.
_QUIZ = re.compile(r"(?P<name>[^/]*?)(?P<user>\d+)_question_\d+_(?P<attachment>\d+)_(?P<file>[^/]+)")
_TYPED = re.compile(r"(?P<name>[^/]*?)(?:_?(?P<late>LATE))?_(?P<user>\d+)_(?P<file>(?:text|link)\.html)")
# What is there instead of a name and a user's id; LATE comes first here.
_ANONYMOUS = re.compile(r"(?:LATE_)?(?P<who>anon_[^_/]+)_(?:\d+_)?(?P<file>[^/]+)")
_DIGITS = re.compile(r"[0-9]+")
EXCUSED = "EX"
_NUMBER = re.compile(r"\d{3,}_")  # as long as the id of an attachment
_NUMBERS = "the numbers in its name can be read in two ways; leave only two of them"
_HINT = "it is from an anonymous download; show student names in Canvas and download again"


class Canvas(Lms):
    """Canvas identifies everybody by an id, so its export never uses names."""

    name = "canvas"
    title = "Canvas"
    summary = "the CSV that Canvas's Gradebook page imports"
    columns = _IDS
    lists = (
        *PeopleList(
            "Canvas's gradebook",
            ("Student", "ID", "Section"),
            _NAMED | {"Student": NAME, "Section": SECTION},
            _FOLDER,
            _NO_PERSON,
        ).with_each(("SIS Login ID", "SIS User ID")),
        PeopleList(
            "Canvas's gradebook",
            ("LastName", "FirstName", "ID", "Section"),
            _NAMED | {"LastName": LAST, "FirstName": FIRST, "Section": SECTION},
            _FOLDER,
            _NO_PERSON,
        ),
        PeopleList(
            "Canvas's page People",
            ("Name", "Login ID", "SIS ID", "Section", "Role"),
            {"Name": NAME, "Login ID": "sis_login_id", "SIS ID": "sis_user_id", "Section": SECTION},
            ("Login ID", "SIS ID"),
        ),
        PeopleList(
            "Canvas's groups or users",
            ("canvas_user_id", "user_id", "login_id"),
            {
                "canvas_user_id": "canvas_id",
                "user_id": "sis_user_id",
                "login_id": "sis_login_id",
                "name": NAME,
                "full_name": NAME,
                "email": EMAIL,
                "sections": SECTION,
                "group_name": GROUP,
            },
            ("login_id", "user_id"),
        ),
    )
    fills = "its gradebook export"
    takes_back = "the zip of all submissions to an assignment"
    reads_last = True  # only two numbers identify its names
    owner_list = "Canvas's list of groups"

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a file says; Canvas downloads have no folders."""
        if len(parts) > 1:
            return None
        if found := _ANONYMOUS.fullmatch(parts[0]):
            return Named(found["who"], found["file"], key=(LMS.name, found["who"]), hint=_HINT)
        if found := _QUIZ.fullmatch(parts[0]):
            return _named(found, found["name"].rstrip("_"))
        if found := _TYPED.fullmatch(parts[0]):
            return replace(_named(found, found["name"]), is_beside=True)
        found = _NAME.fullmatch(parts[0])
        if found and _NUMBER.match(found["file"]):  # the first number can be the end of a name
            return Named(parts[0], found["file"], hint=_NUMBERS)
        return _named(found, found["name"]) if found else None

    def read_inside(self, file: str) -> Named | None:
        """Return what the name of a file that was moved from a download to a folder says."""
        found = _NAME.fullmatch(file)
        return _named(found, found["name"]) if found else None

    def owners_in(self, table: Table) -> Owners:
        """Return the members of each group, for the name of the group with each of them as its user."""
        header = [plain_header(cell) for cell in table.header]
        if not {"groupname", "canvasuserid"} <= set(header):
            return {}
        groups: dict[str, list[Owner]] = defaultdict(list)
        for row in table.rows:
            cells = {} if row.problem else dict(zip(header, row.cells, strict=True))
            ids = {column: cells[name] for name, column in _GROUP_IDS.items() if cells.get(name)}
            if ids and cells["groupname"]:
                groups[cells["groupname"]].append(Owner(ids, cells.get("name", "")))
        return {
            _key(_joined(group), one.ids[CANVAS_ID]): own
            for group, own in groups.items()
            for one in own
            if CANVAS_ID in one.ids
        }

    def feedback_name(self, named: Named, path: Sequence[str], exercise: str) -> str:  # noqa: ARG002
        """Return the name of the student's own file, by which Canvas finds the submission.

        Canvas takes the first two parts that are numbers as the user and the attachment (assignment.rb), so
        a number in a person's name can mislead it.
        """
        found = _NAME.fullmatch(path[-1])
        numbers = [part for part in path[-1].split("_") if _DIGITS.fullmatch(part)]
        is_found = found is not None and numbers[:2] == [found["user"], found["attachment"]]
        return path[-1] if is_found and named.ids.get(CANVAS_ID) == numbers[0] else ""

    def feedback_content(self, name: str, page: str, text: str) -> str:  # noqa: ARG002
        """Return the short text: students get it under the name of the file that they handed in."""
        if name.lower().endswith(".ipynb"):
            cell = {"cell_type": "raw", "metadata": {}, "source": text}
            return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
        return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())

    def gradebook(self, table: Table) -> str:
        """Say what would be misread in Canvas's gradebook: folders are not named after persons."""
        header = set(map(plain_header, table.header))
        is_header = {"student", "id"} <= header and {"section", "sisloginid"} & header
        if is_header or any("points possible" in folded(row.cells[0]) for row in table.rows[:3]):
            return "its column 'Student' holds names"
        return ""

    def write(self, export: Export) -> list[File]:
        """Return one file for each exercise, so that no cell is blank, which would remove a grade.

        Raises:
            UsageFault: Canvas would misread a title, or the template is not from Canvas.

        """
        if export.template is not None:
            return _filled(export, read_table(export.template))
        return [_file(export, item) for item in export.items if item.entries]


LMS = Canvas()


def _named(found: re.Match[str], name: str) -> Named:
    user, is_late = found["user"], bool(found.groupdict().get("late"))
    return Named(
        name,
        found["file"],
        {CANVAS_ID: user},
        name,
        is_joined=True,
        key=_key(name, user),
        is_late=is_late,
    )


def _key(name: str, user: str) -> SubmissionKey:
    return LMS.name, f"{name}_{user}"


def _joined(name: str) -> str:
    """Return a name as Canvas writes it in a file's name.

    >>> _joined("Team 1 (blue)")
    'team1blue'
    """
    return re.sub(r"\W", "", re.sub(r"_(\d+)_", r"\1", name).lower())


def _file(export: Export, item: Item) -> File:
    if _READ_ONLY.search(item.label):
        raise UsageFault(
            f"Canvas ignores a column named '{item.label}', which is one of its own. Rename the exercise."
        )
    maximum = export.maximum(item)
    file = File(f"canvas-{item.exercise}.csv")
    rows = [[*_HEADER, item.label], ["    Points Possible", "", "", "", "", number(maximum)]]
    for entry in item.entries:
        person = with_login(export.person(entry.student))
        ids = [person.ids.get(column, "") for column in _IDS.values()]
        reason = export.stranger(entry.student) or unsafe_id(*ids)
        if reason:
            file.leave_out(entry.student, reason)
        else:
            cell = cell_of(entry, item, maximum, EXCUSED)
            file.changes.append(Change(entry.student, cell, reason=entry.rules))
            rows.append([_name(person), *ids, free_text(person.section), cell])
    return replace(file, text=table_text(rows), rows=len(rows) - 2)


def _name(person: Person) -> str:
    """Return a name for human readers that Canvas cannot match.

    If no id matches, Canvas takes the user with this name, but nobody is named "Ada Lovelace (ada)".
    """
    return free_text(f"{person.name} ({person.student})") if person.name else ""


def with_login(person: Person) -> Person:
    """Return a student without a Canvas id with the folder's name as the login."""
    if set(_IDS.values()) & set(person.ids):
        return person
    return replace(person, lms_ids={**person.lms_ids, SIS_LOGIN_ID: person.student})


def _filled(export: Export, table: Table) -> list[File]:
    fixed = _fixed(table)
    people = [with_login(person) for person in people_of(export)]
    what, label = "the Canvas export", table.header[0]
    template = Template(export, table, what, LMS.ids_in, people, keys=tuple(_IDS), labels=(label,))
    items = [(item, _column(template, item)) for item in export.items if item.entries]
    if not any(column for _, column in items):
        names = " or ".join(f"'{item.label}'" for item, _ in items) or "the exported exercises"
        raise UsageFault(f"{table.file} has no column for {names}. Create it in Canvas and export again.")
    return [_filled_file(template, item, fixed, column) for item, column in items]


def _fixed(table: Table) -> int:
    """Return the number of columns about students.

    Raises:
        UsageFault: this is not a Canvas gradebook.

    """
    header = table.header
    if len(header) < 5 or "Student" not in header[0] or "ID" not in header[1]:
        raise UsageFault(
            f"{table.file} is not a Canvas gradebook export: its first columns are not Student and ID. "
            "Export the gradebook from Canvas again."
        )
    fixed = next((i + 1 for i, cell in enumerate(header) if "Section" in cell), 0)
    if not fixed:
        raise UsageFault(
            f"{table.file} has no column 'Section', so it is not a Canvas gradebook export. "
            "Export the gradebook from Canvas again."
        )
    return fixed


def _filled_file(template: Template, item: Item, fixed: int, column: int | None) -> File:
    file, table = File(f"canvas-{item.exercise}.csv"), template.table
    if column is None:
        file.leave_out(item.exercise, f"{table.file} has no column for it. Create '{item.label}' in Canvas")
        return file
    maximum = _maximum(template.export, table, column)
    first = ["    Points Possible", *[""] * (fixed - 1), number(maximum)]
    filled = template.fill(
        file,
        item.entries,
        lambda row: row.cells[column],
        lambda _, entry: cell_of(entry, item, maximum, EXCUSED),
    )
    rows = [[*map(free_text, row.cells[:fixed]), cell] for row, _, cell in filled]
    header = [*table.header[:fixed], table.header[column]]
    return replace(file, text=table_text([header, first, *rows]), rows=len(rows))


def _column(template: Template, item: Item) -> int | None:
    """Return the column `Title (123)` of an exercise.

    A column without an id in brackets is not an assignment: Canvas would create a new one.
    """
    header = enumerate(template.table.header)
    titles = {index: _ASSIGNMENT.sub("", cell) for index, cell in header if _ASSIGNMENT.search(cell)}
    return template.column(item, titles, "Rename all but one in Canvas and export again.")


def _maximum(export: Export, table: Table, column: int) -> float:
    """Return the points possible of a column.

    Raises:
        UsageFault: the file is ambiguous.

    """
    row = next((one for one in table.rows[:3] if "Points Possible" in one.cells[0]), None)
    title = printable(table.header[column])
    if row is None or row.problem:
        if export.out_of is not None:
            return export.out_of
        what = f"line {row.line}: {row.problem}" if row else "there is no row 'Points Possible'."
        raise UsageFault(f"{table.file}: {what} Give the maximum of '{title}' with --out-of.")
    place = f"{table.file}:{row.line}: The points possible of '{title}'"
    return file_maximum(row.cells[column], place, export.out_of)
