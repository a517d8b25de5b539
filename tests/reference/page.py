"""Pages of docs/reference: what is written by hand, and tables that follow the code.

A line `<!-- table: NAME -->` says that the table below it is NAME of `tables.TABLES`. Its rows and all columns
but the last come from the code. Where the last column is written by hand, it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
COMMAND = "python -m tests.reference"
TODO = "…"  # what nobody has written yet

Row = tuple[str, ...]
_TABLE = re.compile(r"<!-- table: (.+) -->\n(\n*(?:\|.*\n)+)?")
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Table:
    """A table: its head, its rows, and drafts of the last column where people write that one."""

    head: Row
    rows: Sequence[Row]
    by_hand: bool = False
    drafts: Mapping[str, str] = field(default_factory=dict)  # by the first cell

    def lines(self, before: Mapping[str, Row]) -> list[str]:
        """Write it, with what people wrote before, by the first cell."""
        rows = [self.head, tuple("---" for _ in self.head), *(self._row(row, before) for row in self.rows)]
        return [f"| {' | '.join(row)} |" for row in rows]

    def _row(self, row: Row, before: Mapping[str, Row]) -> Row:
        if not self.by_hand:
            return row
        kept = before.get(row[0], ("",))[-1] or self.drafts.get(row[0], "") or TODO
        return (*row, kept)


Make = Callable[[Mapping[str, Row]], Table]


def cell(text: str) -> str:
    """Return the text as a cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def code(text: str) -> str:
    """Return the text as a cell in the font of code, whatever is in it."""
    fence = "``" if "`" in text else "`"
    pad = " " if fence == "``" else ""
    return cell(f"{fence}{pad}{text}{pad}{fence}")


def raw(text: str) -> str:
    """Return what a cell in the font of code holds."""
    return (
        text.replace("\\|", "|").strip("`").strip()
        if text.startswith("``")
        else text.replace("\\|", "|")[1:-1]
    )


def rewritten(text: str, tables: Callable[[str], Make]) -> str:
    """Return a page with its tables as the code has them now."""
    return _TABLE.sub(lambda found: _renewed(found[1], found[2] or "", tables), text)


def _renewed(name: str, old: str, tables: Callable[[str], Make]) -> str:
    before = rows_of(old.splitlines())
    lines = tables(name)(before).lines(before)
    return "\n".join([f"<!-- table: {name} -->", "", *lines, ""])


def rows_of(lines: Sequence[str]) -> dict[str, Row]:
    """Read the rows of a table by their first cells."""
    rows = [tuple(part.strip() for part in _CELL.split(line)[1:-1]) for line in lines if line.startswith("|")]
    return {row[0]: row for row in rows[2:]}


def table_names(text: str) -> list[str]:
    """Find which tables a page has."""
    return [found[1] for found in _TABLE.finditer(text)]
