"""Canvas: its gradebook CSV, as the Gradebook page imports and exports it (gradebook_importer.rb)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import UsageFault
from grader.lms.export import (
    Entry,
    Export,
    File,
    Item,
    free_text,
    identity,
    number,
    read_table,
    scaled,
    table_text,
)

_HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_READ_ONLY = re.compile(r"(unposted )?(current|final|override) (score|grade|points|status)", re.IGNORECASE)


def write(export: Export) -> list[File]:
    """One file for each exercise, so that no cell is ever blank: a blank cell would remove a grade.

    Raises:
        UsageFault: a title or an id that Canvas would misread, or a template that is not Canvas's.

    """
    if export.template is not None:
        return list(_filled(export, export.template))
    return [_file(export, item) for item in export.items if item.entries]


def _file(export: Export, item: Item) -> File:
    if _READ_ONLY.search(item.label):
        raise UsageFault(
            f"Canvas drops a column called '{item.label}' as one of its own. Rename the exercise."
        )
    maximum = export.maximum(item)
    rows = [[*_HEADER, item.label], ["    Points Possible", "", "", "", "", number(maximum)]]
    rows += [[*_student(export, entry), _cell(entry, item, maximum)] for entry in item.entries]
    return File(f"canvas-{item.exercise}.csv", table_text(rows), len(item.entries))


def _cell(entry: Entry, item: Item, maximum: float) -> str:
    """A score, or Canvas's word for an excused student."""
    return "EX" if entry.score is None else scaled(entry, item, maximum)


def _student(export: Export, entry: Entry) -> list[str]:
    """The cells that say who: a name only where there is no id, for Canvas looks at ids first."""
    person = export.person(entry.student)
    ids = [person.canvas_id, person.sis_user_id, person.sis_login_id]
    if not any(ids):
        ids[2] = person.student
    cells = [identity(cell, entry.student) for cell in ids]
    return ["", *cells, free_text(person.section)]


def _filled(export: Export, template: Path) -> Iterator[File]:
    rows = read_table(template)
    header = [cell.strip() for cell in rows[0]]
    if len(header) < 5 or "Student" not in header[0] or "ID" not in header[1]:
        raise UsageFault(
            f"{template} is not a gradebook export of Canvas: its header begins with {header[:2]}."
        )
    fixed = next((i + 1 for i, cell in enumerate(header) if "Section" in cell), 0)
    if not fixed:
        raise UsageFault(f"{template} has no column 'Section', so it is not a gradebook export of Canvas.")
    possible = next((row for row in rows[1:4] if row and "Points Possible" in row[0]), None)
    for item in export.items:
        column = _column(header, item)
        if column is None:
            raise UsageFault(
                f"{template} has no column for {item.exercise}. Make '{item.label}' in Canvas and "
                "export again, or name other exercises with --exercise."
            )
        maximum = _maximum(possible, column) or export.maximum(item)
        yield _filled_file(export, item, header[:fixed], rows[1:], header[column], maximum)


def _filled_file(
    export: Export,
    item: Item,
    fixed: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str,
    maximum: float,
) -> File:
    by_key = {key: row for row in rows if len(row) >= len(fixed) for key in _keys(fixed, row)}
    written = [[*fixed, title], ["    Points Possible", *[""] * (len(fixed) - 1), number(maximum)]]
    left_out = []
    for entry in item.entries:
        person = export.person(entry.student)
        wanted = (
            ("ID", person.canvas_id),
            ("SIS User ID", person.sis_user_id),
            ("SIS Login ID", person.sis_login_id or person.student),
        )
        row = next((by_key[key] for key in wanted if key[1] and key in by_key), None)
        if row is None:
            left_out.append(f"{entry.student}: not in the Canvas export")
        else:
            written.append([*row[: len(fixed)], _cell(entry, item, maximum)])
    return File(f"canvas-{item.exercise}.csv", table_text(written), len(written) - 2, tuple(left_out))


def _keys(fixed: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (name, cell.strip()) for name, cell in zip(fixed, row, strict=False) if "ID" in name and cell.strip()
    ]


def _column(header: Sequence[str], item: Item) -> int | None:
    """The column `Title (123)` whose title is the exercise's name, its label, or begins with its name."""
    for index, cell in enumerate(header):
        title = re.sub(r" \(\d+\)$", "", cell)
        if title in {item.label, item.exercise, item.title} or title.startswith(f"{item.exercise} "):
            return index
    return None


def _maximum(possible: Sequence[str] | None, column: int) -> float | None:
    try:
        value = float(possible[column]) if possible else 0.0
    except (ValueError, IndexError):
        return None
    return value if value > 0 else None
