"""Moodle (4.3, 4.5): the CSV of its grade import, an assignment's worksheet, and the names in its downloads.

A submission is named `Ada Lovelace_123_assignsubmission_file_/exercise-3.py`, or the same in one name without
a folder. The number belongs to one assignment and is in no list that a teacher has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import UsageFault, printable
from grader.identity import EMAIL, STUDENT, IdColumn, Mention, Person, match
from grader.lms.base import Lms, Named
from grader.lms.export import Export, File, Item, file_maximum, number, scaled, unsafe_id
from grader.tables import Row, Table, read_table, table_text

NEW_ITEM_MAXIMUM = 100.0  # of an item that Moodle creates from a column

IDNUMBER = IdColumn("moodle_idnumber", "Moodle")
USERNAME = IdColumn("moodle_username", "Moodle", is_caseless=True)
# Moodle's names for the columns that identify users in its grade import.
_IDENTITIES = (("username", USERNAME), ("email", EMAIL), ("idnumber", IDNUMBER))
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")
_MAXIMA = ("Maximum grade", "Maximum Grade")  # Moodle 4.5, 4.3
_NAME = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?(?P<rest>.*)")
_TEXT = "onlinetext.html"  # text that students type into Moodle besides their files


class Moodle(Lms):
    """Moodle's downloads have names but no ids; its grade import identifies all users by one column."""

    name = "moodle"
    title = "Moodle"
    summary = "the CSV of Moodle's grade import"
    columns = {"ID number": IDNUMBER, "Username": USERNAME, "Email address": EMAIL}
    fills = "an assignment's offline grading worksheet"
    new_maximum = NEW_ITEM_MAXIMUM

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a folder, or of a file with the folder's name in front, says."""
        found = _NAME.fullmatch(parts[0])
        if found is None:
            return None
        file = parts[-1] if len(parts) > 1 else found["rest"].lstrip("_")
        depth, name = max(0, len(parts) - 2), found["name"]
        is_beside = file == _TEXT
        return Named(name, file, name=name, number=found["number"], is_beside=is_beside, depth=depth)

    def write(self, export: Export) -> list[File]:
        """Return one file per exercise: Moodle refuses unknown users, and a blank cell deletes a grade.

        Raises:
            UsageFault: the template is not a grading worksheet.

        """
        if export.template is not None:
            return [_worksheet(export, read_table(export.template))]
        return [_file(export, item) for item in export.items if item.scored]


LMS = Moodle()


def _file(export: Export, item: Item) -> File:
    file = File(f"moodle-{item.exercise}.csv", notes=item.excused)
    known = [entry for entry in item.scored if not export.stranger(entry.student)]
    header, column = _identity([export.person(entry.student) for entry in known], export)
    maximum = export.maximum(item, NEW_ITEM_MAXIMUM)
    rows = [[header, f"{item.label} (of {number(maximum)})"]]
    for entry in item.scored:
        own = export.person(entry.student).ids.get(column, "")
        lacks = "" if own else f"has no {column.name} in the roster, which identifies the others in Moodle"
        reason = export.stranger(entry.student) or lacks or unsafe_id(own)
        if reason:
            file.leave_out(entry.student, reason)
        else:
            rows.append([own, scaled(entry, item, maximum)])
    return replace(file, text=table_text(rows), rows=len(rows) - 1)


def _identity(people: Sequence[Person], export: Export) -> tuple[str, IdColumn]:
    """Return the id that most of the students have, because Moodle identifies all users by one column."""
    if not export.people:
        return "username", STUDENT
    return max(_IDENTITIES, key=lambda one: sum(one[1] in person.ids for person in people))


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
    people = list(export.people.values()) or [
        Person(entry.student, entry.student)
        for entry in item.entries  # only the folder's name is known
    ]
    matches = match([_mention(table, row) for row in table.rows], people)
    file = File(f"moodle-worksheet-{item.exercise}.csv", notes=item.excused)
    written = [list(_WORKSHEET)]
    for entry in item.scored:
        index = matches.mentions.get(entry.student)
        row = table.rows[index] if index is not None else None
        unknown = export.stranger(entry.student) or matches.disputed.get(entry.student)
        if row is None or row.problem:
            reason = f"line {row.line}: {row.problem}" if row else unknown or "not in the worksheet"
            file.leave_out(entry.student, reason)
        else:
            grade = scaled(entry, item, _maximum(export, table, row))
            cells = _cells(table, row)
            written.append([cells["Identifier"], grade, cells["Last modified (grade)"]])
    return replace(file, text=table_text(written), rows=len(written) - 1)


def _cells(table: Table, row: Row) -> dict[str, str]:
    return dict(zip(table.header, row.cells, strict=False))


def _mention(table: Table, row: Row) -> Mention:
    cells = _cells(table, row)
    name = cells.get("Full name", "")
    return Mention(
        f"{printable(name or cells.get('Identifier', '?'))} in line {row.line}", LMS.ids_in(cells), name
    )


def _maximum(export: Export, table: Table, row: Row) -> float:
    """Return the maximum grade of a row.

    Raises:
        UsageFault: the worksheet is ambiguous.

    """
    column = next((name for name in _MAXIMA if name in table.header), None)
    if column is None:
        if export.out_of is not None:
            return export.out_of
        raise UsageFault(f"{table.file} has no column '{_MAXIMA[0]}'. Give the maximum with --out-of.")
    text = _cells(table, row)[column]
    return file_maximum(text, f"{table.file}:{row.line}: The column '{column}'", export.out_of)
