"""Moodle: the CSV of its grade import, and the offline grading worksheet of an assignment (4.3 and 4.5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.classroom.identity import Person
from grader.errors import UsageFault
from grader.lms.export import Entry, Export, File, Item, identity, number, read_table, scaled, table_text

NEW_ITEM_MAXIMUM = 100.0  # what Moodle gives an item that it makes from a column

# Moodle's names for the columns by which it knows users, and the roster's.
_IDENTITIES = (
    ("username", "moodle_username"),
    ("email", "email"),
    ("idnumber", "moodle_idnumber"),
)
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")


def write(export: Export) -> list[File]:
    """One file for each exercise: an unknown user makes Moodle refuse a file, a blank cell removes a grade.

    Raises:
        UsageFault: students without any common identity, or a template that is not a grading worksheet.

    """
    if export.template is not None:
        return [_worksheet(export, export.template)]
    return [_file(export, item) for item in export.items if item.scored]


def _file(export: Export, item: Item) -> File:
    people = [export.person(entry.student) for entry in item.scored]
    column, attribute = _identity_column(people, known=bool(export.people))
    maximum = export.maximum(item, NEW_ITEM_MAXIMUM)
    rows = [[column, f"{item.label} (of {number(maximum)})"]]
    for entry, person in zip(item.scored, people, strict=True):
        rows.append([identity(getattr(person, attribute), entry.student), scaled(entry, item, maximum)])
    return File(f"moodle-{item.exercise}.csv", table_text(rows), len(item.scored), item.excused)


def _identity_column(people: Sequence[Person], *, known: bool) -> tuple[str, str]:
    if not known:
        return "username", "student"
    for column, attribute in _IDENTITIES:
        if all(getattr(person, attribute) for person in people):
            return column, attribute
    lacking = [person.student for person in people if not person.moodle_username and not person.email]
    raise UsageFault(
        f"Moodle knows users by one column for all: {', '.join(lacking[:5])} lack moodle_username and email. "
        "Complete the roster."
    )


def _worksheet(export: Export, template: Path) -> File:
    """An offline grading worksheet, filled in; rows whose students have no score are left out."""
    if len(export.items) != 1:
        raise UsageFault("A grading worksheet belongs to one assignment. Say which with --exercise.")
    item = export.items[0]
    rows = read_table(template)
    header = [cell.strip() for cell in rows[0]]
    missing = [name for name in _WORKSHEET if name not in header]
    if missing:
        raise UsageFault(
            f"{template} lacks the column '{missing[0]}', so it is no offline grading worksheet in English. "
            "Download it again with the site's language set to English."
        )
    table = [dict(zip(header, row, strict=False)) for row in rows[1:]]
    left_out, written = list(item.excused), [list(_WORKSHEET)]
    for entry in item.scored:
        row = _row_of(entry, export.person(entry.student), table)
        if row is None:
            left_out.append(f"{entry.student}: not in the worksheet")
        else:
            grade = scaled(entry, item, _maximum(row) or export.maximum(item))
            written.append([row["Identifier"], grade, row["Last modified (grade)"]])
    return File(
        f"moodle-worksheet-{item.exercise}.csv", table_text(written), len(written) - 1, tuple(left_out)
    )


def _row_of(entry: Entry, person: Person, table: Sequence[dict[str, str]]) -> dict[str, str] | None:
    """The student's row, by e-mail address or, where it is the only one of that name, by full name."""
    if person.email:
        found = [row for row in table if row.get("Email address", "").lower() == person.email.lower()]
        if len(found) == 1:
            return found[0]
    name = person.name or entry.student
    found = [row for row in table if row.get("Full name") == name]
    return found[0] if len(found) == 1 else None


def _maximum(row: dict[str, str]) -> float | None:
    text = row.get("Maximum grade", row.get("Maximum Grade", ""))
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value > 0 else None
