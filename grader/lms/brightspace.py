"""Brightspace (D2L): the CSV of its page Grades, which it also exports.

An export writes `#` in front of each id, so that a spreadsheet keeps leading zeros, and ends each row with a
cell that holds `#`. The `#` is not part of the id.

A submission is in a folder `305-26 - Ada Lovelace - Nov 2, 2026 900 AM`, or has this in front of its name.
The two numbers are in no list. Each time that a student hands in, there is one more; the last one counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from grader.errors import UsageFault, printable
from grader.identity import STUDENT, IdColumn, Person
from grader.lms.base import Lms, Named
from grader.lms.export import Change, Export, File, Item, file_maximum, number, scaled
from grader.lms.filling import Template, by_one_id, people_of
from grader.lms.people_list import EMAIL, FIRST, LAST, SECTION, PeopleList
from grader.tables import Table, read_table, table_text

USERNAME = IdColumn("brightspace_username", "Brightspace", is_caseless=True)
ORG_DEFINED_ID = IdColumn("brightspace_org_defined_id", "Brightspace")
_END = "End-of-Line Indicator"
_MARK = "#"
_COLUMN = re.compile(r"(?P<title>.+?) Points Grade(?: <(?P<about>[^>]*)>)?")
_DATE = r"(?P<day>[A-Z][a-z]{2,8} \d{1,2}, \d{4}) (?P<hour>\d{1,2})(?P<minute>\d\d)(?P<half> ?[AP]M)?"
_WHOSE = r"(?P<person>\d+)-\d+ - (?:[A-Za-z]?\d{4,} - )?(?P<name>.+)"  # some sites add the OrgDefinedId
_FOLDER = re.compile(rf"{_WHOSE} - {_DATE}")
_FILE = re.compile(rf"{_WHOSE} - {_DATE} - (?P<file>.+)")
_TWO_DATES = "its name holds two dates"
_POINTS = re.compile(r"\bMaxPoints:(?P<points>\S*)")


class Brightspace(Lms):
    """Brightspace identifies people by one of two ids, and creates an item that its header describes."""

    name = "brightspace"
    title = "Brightspace"
    summary = "the CSV that Brightspace's page Grades imports"
    columns = {"OrgDefinedId": ORG_DEFINED_ID, "Username": USERNAME}
    lists = (
        PeopleList(
            "Brightspace's grades or class list",
            ("OrgDefinedId",),
            {
                "OrgDefinedId": ORG_DEFINED_ID.name,
                "Org Defined ID": ORG_DEFINED_ID.name,
                "Username": USERNAME.name,
                "Last Name": LAST,
                "First Name": FIRST,
                "Email": EMAIL,
                "Sections": SECTION,
            },
            ("Username", "OrgDefinedId"),
        ),
    )
    fills = "its export of the grades, with points"
    beside = re.compile(r"index\.html")

    def plain_id(self, cell: str) -> str:
        """Return an id without the `#` that keeps a spreadsheet from changing it."""
        return cell.removeprefix(_MARK).strip()

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a folder, or of a file with the folder's name in front, says."""
        is_file = len(parts) == 1
        found = (_FILE if is_file else _FOLDER).fullmatch(parts[0])
        if found is None:
            return None
        name, file = found["name"], found["file"] if is_file else parts[-1]
        key, depth = (self.name, found["person"]), max(0, len(parts) - 2)
        if is_file and len(re.findall(rf" - {_DATE} - ", parts[0])) > 1:
            return Named(parts[0], file, key=key, hint=_TWO_DATES)
        return Named(name, file, name=name, key=key, time=_time(found), depth=depth)

    def gradebook(self, table: Table) -> str:
        """Say why an export of grades is not a roster: it has no column with the names of folders."""
        is_export = "OrgDefinedId" in table.header and STUDENT.name not in table.header
        return "it does not name the students' folders" if is_export else ""

    def write(self, export: Export) -> list[File]:
        """Return one file for each exercise.

        Raises:
            UsageFault: Brightspace would misread a title, or the template is not its export.

        """
        if export.template is None:
            return [_file(export, item) for item in export.items if item.scored]
        table = read_table(export.template)
        if not set(self.columns) & set(table.header):
            raise UsageFault(
                f"{table.file} has neither a column 'OrgDefinedId' nor 'Username'. "
                "Export the grades from Brightspace again, with both as key field."
            )
        people = people_of(export)
        if not export.people:
            people = [replace(person, lms_ids={USERNAME: person.student}) for person in people]
        keys = ("OrgDefinedId", "Username")
        template = Template(
            export, table, "the Brightspace export", LMS.ids_in, people, keys=keys, labels=keys
        )
        return [_filled(template, item) for item in export.items if item.entries]

    def lacks(self, person: Person) -> str:
        """Say that a person has neither id; an email address is none."""
        has_one = {USERNAME, ORG_DEFINED_ID} & set(person.ids)
        return "" if has_one else f"{ORG_DEFINED_ID.name} or {USERNAME.name}"


LMS = Brightspace()


def _time(found: re.Match[str]) -> datetime | None:
    """Return the time in a name, without a zone, or None. The hour is of 12 or of 24."""
    half = (found["half"] or "").strip()
    hour = int(found["hour"]) % 12 + 12 * (half == "PM") if half else int(found["hour"])
    for month in ("%b", "%B"):
        try:
            day = datetime.strptime(found["day"], f"{month} %d, %Y")  # noqa: DTZ007 the zone is added later
            return day.replace(hour=hour, minute=int(found["minute"]))
        except ValueError:
            continue
    return None


def _file(export: Export, item: Item) -> File:
    """Return a file whose header describes the item, so that Brightspace can create it."""
    if set(item.label) & set("<>") or _COLUMN.search(item.label):
        raise UsageFault(f"Brightspace would misread the title '{item.label}'. Rename the exercise.")
    file = File(f"brightspace-{item.exercise}.csv", notes=item.excused)
    identities = [("Username", USERNAME), ("OrgDefinedId", ORG_DEFINED_ID)]
    header, found = by_one_id(export, item.scored, identities, LMS.title, file)
    maximum = export.maximum(item)
    title = f"{item.label} Points Grade <Numeric MaxPoints:{number(maximum)}>"
    rows = [[header, title, _END]]
    for entry, own in found:
        cell = scaled(entry, item, maximum)
        file.changes.append(Change(entry.student, cell, reason=entry.rules))
        rows.append([f"{_MARK}{own}", cell, _MARK])
    return replace(file, text=table_text(rows), rows=len(rows) - 1)


def _filled(template: Template, item: Item) -> File:
    """Return the column of one exercise, with the header and the ids of the export."""
    file, table = File(f"brightspace-{item.exercise}.csv", notes=item.excused), template.table
    column, maximum = _column(template, item)
    keys = [table.header.index(key) for key in LMS.columns if key in table.header]
    filled = template.fill_column(file, item, column, maximum)
    rows = [[*(_marked(row.cells[key]) for key in keys), cell, _MARK] for row, _, cell in filled]
    header = [*(table.header[key] for key in keys), table.header[column], _END]
    return replace(file, text=table_text([header, *rows]), rows=len(rows))


def _marked(cell: str) -> str:
    return cell if cell.startswith(_MARK) or not cell else f"{_MARK}{cell}"


def _column(template: Template, item: Item) -> tuple[int, float]:
    """Return the column of an exercise, and its maximum.

    Raises:
        UsageFault: no single column matches, or the file does not give its maximum.

    """
    table = template.table
    remedy = f"Name one item in Brightspace '{item.label}', and export the grades again with points."
    index, found = template.titled_column(_COLUMN, item, remedy)
    points = _POINTS.search(found["about"] or "")
    place = f"{table.file}:1: MaxPoints of '{printable(table.header[index])}'"
    return index, file_maximum(points["points"] if points else "", place, template.export.out_of)
