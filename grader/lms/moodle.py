"""Moodle (4.3, 4.5): the CSV of its grade import, an assignment's worksheet, and the names in its downloads.

A submission is named `Ada Lovelace_123_assignsubmission_file_/exercise-3.py`, or the same in one name without
a folder. The number belongs to one assignment: the worksheet calls this person Participant 123, and so do the
names if marking is blind. If teams hand in, `Team A-` comes first, and each member has a copy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from grader.errors import UsageFault
from grader.identity import EMAIL, IdColumn
from grader.lms.base import Lms, Named, Owner, Owners
from grader.lms.export import Change, Entry, Export, File, Item, file_maximum, free_text, number, scaled
from grader.lms.filling import Template, by_one_id, people_of
from grader.lms.people_list import FIRST, LAST, NAME, SECTION, PeopleList
from grader.tables import Row, Table, read_table, table_text

NEW_ITEM_MAXIMUM = 100.0  # of an item that Moodle creates from a column

IDNUMBER = IdColumn("moodle_idnumber", "Moodle")
USERNAME = IdColumn("moodle_username", "Moodle", is_caseless=True)
_LISTED = {
    "ID number": IDNUMBER.name,
    "Username": USERNAME.name,
    "Email address": EMAIL.name,
    "Groups": SECTION,
    "Group": SECTION,
}
# Moodle's names for the columns that identify users in its grade import.
_IDENTITIES = (("username", USERNAME), ("email", EMAIL), ("idnumber", IDNUMBER))
_COMMENTS = "Feedback comments"
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")
_MAXIMA = ("Maximum grade", "Maximum Grade")  # Moodle 4.5, 4.3
_NAME = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?(?P<rest>.*)")
_PARTICIPANT = re.compile(r"\D*(?P<number>[0-9]{1,18})")  # in a worksheet
_NOT_OF_NAME = re.compile(r"[^\w' -]|_")  # Moodle looks for the number after the first "_"
_LONGEST_NAME = 60  # letters
_TEXT = "onlinetext.html"  # text that students type into Moodle besides their files
_BLIND = re.compile(r"(?:.*-)?participant", re.IGNORECASE)  # instead of a name
_HINT = "its name was hidden; give Moodle's grading worksheet with --list"
_TIME = "%A, %d %B %Y, %I:%M %p"


class Moodle(Lms):
    """Moodle's downloads have names but no ids; its grade import identifies all users by one column."""

    name = "moodle"
    title = "Moodle"
    summary = "the CSV of Moodle's grade import"
    columns = {"ID number": IDNUMBER, "Username": USERNAME, "Email address": EMAIL}
    lists = (
        *PeopleList(
            "Moodle's participants or grades",
            ("First name", "Email address"),
            _LISTED | {"First name": FIRST, "Last name": LAST, "Surname": LAST},
            ("Username", "Email address", "ID number"),
        ).with_each(("Last name", "Surname")),
        *PeopleList(
            "Moodle's participants or grades",
            ("firstname", "lastname"),
            _LISTED | {"firstname": FIRST, "lastname": LAST, "email": "email", "idnumber": IDNUMBER.name},
            ("Username", "email", "idnumber"),
        ).with_each(("idnumber", "email")),
        PeopleList(
            "Moodle's grading worksheet",
            ("Identifier", "Full name", "Status"),
            _LISTED | {"Full name": NAME},
            ("Username", "Email address", "ID number"),
        ),
    )
    fills = "an assignment's offline grading worksheet"
    carries_comments = True
    takes_back = "an assignment's offline grading worksheet, or the zip of all its submissions"
    new_maximum = NEW_ITEM_MAXIMUM
    owner_list = "Moodle's grading worksheet"
    team_mark = "-"

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a folder, or of a file with the folder's name in front, says."""
        found = _NAME.fullmatch(parts[0])
        if found is None:
            return None
        file = parts[-1] if len(parts) > 1 else found["rest"].lstrip("_")
        depth, key, is_beside = max(0, len(parts) - 2), (LMS.name, found["number"]), file == _TEXT
        name = "" if _BLIND.fullmatch(found["name"]) else found["name"]
        who, hint = name or f"{found['name']} {found['number']}", "" if name else _HINT
        return Named(who, file, name=name, key=key, hint=hint, is_beside=is_beside, depth=depth)

    def owners_in(self, table: Table) -> Owners:
        """Return the student of each participant number in a worksheet; nobody if it is there twice."""
        if not {"Identifier", "Status"} <= set(table.header) and not set(_WORKSHEET) <= set(table.header):
            return {}
        owners: dict[tuple[str, str], list[Owner]] = {}
        for row in table.rows:
            cells = {} if row.problem else dict(zip(table.header, row.cells, strict=True))
            if found := _PARTICIPANT.fullmatch(cells.get("Identifier", "")):
                key = self.name, found["number"]
                time = _time(cells.get("Last modified (submission)", ""))
                one = Owner(self.ids_in(cells), cells.get("Full name", ""), time)
                owners[key] = [Owner()] if key in owners else [one]
        return owners

    def listed(self, table: Table) -> list[Named]:
        """Return the people of a grading worksheet, which has the numbers that are in names of files."""
        rows = [dict(zip(table.header, row.cells, strict=False)) for row in table.rows if not row.problem]
        return [
            Named(
                found[0], "", self.ids_in(cells), cells.get("Full name", ""), key=(self.name, found["number"])
            )
            for cells in rows
            if (found := _PARTICIPANT.fullmatch(cells.get("Identifier", "")))
        ]

    def feedback_name(self, named: Named, path: Sequence[str], exercise: str) -> str:  # noqa: ARG002
        """Return a path as in its own zip of feedback (importziplib.php): only the number counts."""
        name = " ".join(_NOT_OF_NAME.sub(" ", named.name).split())[:_LONGEST_NAME]
        _, number = named.key or (self.name, "")
        return f"{name or 'Participant'}_{number}_assignfeedback_file_/{exercise}.html" if number else ""

    def write(self, export: Export) -> list[File]:
        """Return one file per exercise: Moodle refuses unknown users, and a blank cell deletes a grade.

        Raises:
            UsageFault: the template is not a grading worksheet.

        """
        if export.template is not None:
            return [_worksheet(export, read_table(export.template))]
        return [_file(export, item) for item in export.items if item.scored]


LMS = Moodle()


def _time(cell: str) -> datetime | None:
    """Return the time in a cell, without a zone, or None.

    >>> _time("Monday, 2 November 2026, 9:05 AM")
    datetime.datetime(2026, 11, 2, 9, 5)
    """
    try:
        return datetime.strptime(cell, _TIME)  # noqa: DTZ007 the zone of the course is added later
    except ValueError:
        return None


def _file(export: Export, item: Item) -> File:
    file = File(f"moodle-{item.exercise}.csv", notes=item.excused)
    maximum = export.maximum(item, NEW_ITEM_MAXIMUM)
    header, found = by_one_id(export, item.scored, _IDENTITIES, LMS.title, file)
    rows = [[own, scaled(entry, item, maximum)] for entry, own in found]
    file.changes += [
        Change(entry.student, cell, reason=entry.rules)
        for (entry, _), (_, cell) in zip(found, rows, strict=True)
    ]
    title = f"{item.label} (of {number(maximum)})"
    return replace(file, text=table_text([[header, title], *rows]), rows=len(rows))


def _worksheet(export: Export, table: Table) -> File:
    """Fill in an offline grading worksheet; rows of students without a score are left out."""
    if len(export.items) != 1:
        raise UsageFault("A grading worksheet is for one assignment. Name the exercise with --exercise.")
    item = export.items[0]
    missing = [name for name in _WORKSHEET if name not in table.header]
    if missing:
        raise UsageFault(
            f"{table.file} lacks the column '{missing[0]}', so it is not an English offline grading "
            "worksheet. Set the site's language to English and download it again."
        )
    twice = [name for name in _WORKSHEET if table.header.count(name) > 1]
    if twice:
        raise UsageFault(f"{table.file} has two columns '{twice[0]}'. Download it again.")
    people = [
        person if export.people else replace(person, name=person.student) for person in people_of(export)
    ]
    ids_in, labels = LMS.ids_in, ("Full name", "Identifier")
    template = Template(export, table, "the worksheet", ids_in, people, "Full name", ("Identifier",), labels)
    file = File(f"moodle-worksheet-{item.exercise}.csv", notes=item.excused)
    comments = _comments(item, table)
    rows = []
    for row, entry, cell in template.fill(
        file,
        item.scored,
        lambda row: template.cells(row)["Grade"],
        lambda row, entry: scaled(entry, item, _maximum(export, table, row, template.cells(row))),
    ):
        cells = template.cells(row)
        comment = [_comment(export, cells[comments], entry)] if comments else []
        rows.append([cells["Identifier"], cell, cells["Last modified (grade)"], *comment])
    header = [*_WORKSHEET, comments] if comments else list(_WORKSHEET)
    return replace(file, text=table_text([header, *rows]), rows=len(rows))


def _comments(item: Item, table: Table) -> str:
    """Return the column for comments, or "" if there is none or nothing to say."""
    has_some = any(entry.comment for entry in item.scored)
    return _COMMENTS if has_some and table.header.count(_COMMENTS) == 1 else ""


def _comment(export: Export, before: str, entry: Entry) -> str:
    """Return the comment for a student; one that is there already stays unless the export overwrites it.

    Moodle takes a comment as HTML (comments/locallib.php), so text is escaped.
    """
    own = escape(entry.comment.strip(), quote=False).replace("\n", "<br>")
    return free_text(before if before and not (export.overwrite and own) else own)


def _maximum(export: Export, table: Table, row: Row, cells: Mapping[str, str]) -> float:
    """Return the maximum grade of a row.

    Raises:
        UsageFault: the worksheet is ambiguous.

    """
    column = next((name for name in _MAXIMA if name in table.header), None)
    if column is None:
        if export.out_of is not None:
            return export.out_of
        raise UsageFault(f"{table.file} has no column '{_MAXIMA[0]}'. Give the maximum with --out-of.")
    return file_maximum(cells[column], f"{table.file}:{row.line}: The column '{column}'", export.out_of)
