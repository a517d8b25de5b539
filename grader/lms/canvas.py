"""Canvas: its gradebook CSV (gradebook_importer.rb), and the names in its downloads.

A submission is named `lovelaceada_LATE_123_456_exercise-3-1.py`: the sortable name without spaces, `LATE` if
it was late, the user's id, the attachment's id, the file's name, and `-1` if it was handed in again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.identity import IdColumn, Person
from grader.lms.base import Lms, Named
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
from grader.lms.people_list import EMAIL, FIRST, LAST, NAME, SECTION, PeopleList
from grader.tables import Table, plain_header, read_table, table_text

_HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
CANVAS_ID = IdColumn("canvas_id", "Canvas", is_number=True)
SIS_USER_ID = IdColumn("sis_user_id", "Canvas")
SIS_LOGIN_ID = IdColumn("sis_login_id", "Canvas", is_caseless=True)
_IDS = {"ID": CANVAS_ID, "SIS User ID": SIS_USER_ID, "SIS Login ID": SIS_LOGIN_ID}
_NAMED = {header: column.name for header, column in _IDS.items()}
_FOLDER = ("SIS Login ID", "SIS User ID", "ID")
_NO_PERSON = re.compile(r"(points possible|student, test|test student|student\ttest)\t", re.IGNORECASE)
_READ_ONLY = re.compile(r"(unposted )?(current|final|override) (score|grade|points|status)", re.IGNORECASE)
_ASSIGNMENT = re.compile(r" \(\d+\)$")  # the id that Canvas writes after a title
_NAME = re.compile(r"(?P<name>[^/]*?)(?:_?(?P<late>LATE))?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>[^/]+)")
# The zip of a file-upload question in a quiz (quiz_submission_zipper.rb); the first number is the user's.
_QUIZ = re.compile(r"(?P<name>[^/]*?)(?P<user>\d+)_question_\d+_(?P<attachment>\d+)_(?P<file>[^/]+)")
EXCUSED = "EX"
_ANONYMOUS = "anon"  # instead of a name; the number after it is not a user's id


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
            },
            ("login_id", "user_id"),
        ),
    )
    fills = "its gradebook export"
    reads_last = True  # only two numbers identify its names

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a file says; Canvas downloads have no folders."""
        if len(parts) > 1:
            return None
        if found := _QUIZ.fullmatch(parts[0]):
            return _named(found, found["name"].rstrip("_"))
        found = _NAME.fullmatch(parts[0])
        return None if found is None or found["name"] == _ANONYMOUS else _named(found, found["name"])

    def read_inside(self, file: str) -> Named | None:
        """Return what the name of a file that was moved from a download to a folder says."""
        found = _NAME.fullmatch(file)
        return _named(found, found["name"]) if found else None

    def nobody(self, name: str) -> str:
        """Say that a download is anonymous."""
        if not name.startswith(f"{_ANONYMOUS}_"):
            return ""
        return "is from an anonymous download; show student names in Canvas and download again"

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
    is_late = bool(found.groupdict().get("late"))
    return Named(name, found["file"], {CANVAS_ID: found["user"]}, name, is_joined=True, is_late=is_late)


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
