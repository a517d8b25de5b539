"""Tables from other programs: CSV in their various encodings and with their separators, sheets and JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from grader.errors import UsageFault
from grader.files import read_file
from grader.folding import folded
from grader.spreadsheets import WORKBOOKS, json_rows, workbook_rows

MAX_BYTES = 64 << 20
FIRST_LINES = 5  # used to guess the separator
_SEPARATORS = ",;\t|"  # the first wins if two give equally many columns
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_SEP_LINE = re.compile(r'"?sep=(?P<separator>[,;\t|:])"?\r?\n', re.IGNORECASE)  # Excel's own first line
_PDF = b"%PDF"


@dataclass(frozen=True)
class Row:
    """One row that is not blank, and the line of the file where it begins.

    With a `problem`, the row is longer or shorter than the header, and no cell is reliable. An unquoted
    decimal comma has this effect.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A header and rows; cells are unchanged except for spaces around them."""

    file: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""  # the reader's assumption
    separator: str = ","
    encoding: str = "utf-8"  # as Python calls it, with the mark that the file begins with


def plain_header(cell: str) -> str:
    """Return the name of a column for comparison: without case, spaces, `_` and `-`.

    >>> plain_header("SIS User_ID")
    'sisuserid'
    """
    return folded(cell).replace(" ", "").replace("_", "").replace("-", "")


def read_table(file: Path) -> Table:
    """Read a table: a sheet, JSON, or text in UTF-8, UTF-16 or Windows-1252 with `,`, `;`, `|` or tabs.

    Raises:
        UsageFault: it cannot be read or is empty.

    """
    content = read_file(file, MAX_BYTES)
    if content[:4] in WORKBOOKS:
        cells, note = workbook_rows(file, content)
        return _table(file, _numbered(cells), note)
    text, encoding, note = _text(file, content)
    if (found := json_rows(text)) is not None:
        return _table(file, _numbered(found), note)
    separator, rows = _rows(file, text)
    return replace(_table(file, rows, note), separator=separator, encoding=encoding)


def _table(file: Path, rows: Sequence[Row], note: str) -> Table:
    if not rows:
        raise UsageFault(f"{file} is empty. Its first line must name the columns.")
    width = len(rows[0].cells)
    return Table(file, rows[0].cells, tuple(_fitted(row, width) for row in rows[1:]), note)


def _numbered(cells: Iterable[Sequence[str]]) -> list[Row]:
    """Return the rows of a sheet that are not blank."""
    rows = [Row(line, tuple(cell.strip() for cell in row)) for line, row in enumerate(cells, 1)]
    return [row for row in rows if any(row.cells)]


def _text(file: Path, content: bytes) -> tuple[str, str, str]:
    """Decode a file, and return the text, the encoding and any assumption."""
    if content.startswith(_PDF):
        raise UsageFault(f"{file} is a PDF, not a table. Save it as 'CSV UTF-8'.")
    encoding = _MARKS.get(content[:2]) or _MARKS.get(content[:3]) or _unmarked(content)
    try:
        return content.decode(encoding), encoding, ""
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise UsageFault(f"{file} is not {encoding.upper()} text. Save it as 'CSV UTF-8'.") from None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise UsageFault(f"{file} is not UTF-8 text. Save it as 'CSV UTF-8'.") from None
    note = f"{file} is not UTF-8 and was read as Windows-1252. If a name looks wrong, save it as UTF-8."
    return text, "cp1252", note


def _unmarked(content: bytes) -> str:
    """Return the encoding of a file without a mark: in UTF-16, every other byte of plain letters is NUL."""
    begin = content[:4]
    if len(begin) == 4 and len(content) % 2 == 0:
        if not begin[1] and not begin[3] and begin[0] and begin[2]:
            return "utf-16-le"
        if not begin[0] and not begin[2] and begin[1] and begin[3]:
            return "utf-16-be"
    return "utf-8"


def _rows(file: Path, text: str) -> tuple[str, list[Row]]:
    lines = 1
    if found := _SEP_LINE.match(text):
        text, separator, lines = text[found.end() :], found["separator"], 2
    else:
        separator = _separator(text)
    if "\0" in text:
        raise UsageFault(f"{file} is not text: it contains NUL characters. Save it as 'CSV UTF-8'.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    begin = lines
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(begin, tuple(cell.strip() for cell in cells)))
            begin = lines + reader.line_num
    except csv.Error as error:
        raise UsageFault(
            f"{file}:{begin}: This is not CSV: {error}. Check the quotes in this line."
        ) from None
    return separator, rows


def _separator(text: str) -> str:
    """Return the separator that splits the first rows evenly (as Canvas guesses) and into the most cells."""
    begin = "".join(text[: 1 << 16].splitlines(keepends=True)[:FIRST_LINES])

    def fitness(separator: str) -> tuple[bool, int]:
        try:
            rows = list(csv.reader(io.StringIO(begin, newline=""), delimiter=separator))
        except csv.Error:
            return False, 0
        widths = [len(row) for row in rows if row]
        return len(set(widths)) == 1 and widths[0] > 1, max(widths, default=0)

    return max(_SEPARATORS, key=fitness)


def _fitted(row: Row, width: int) -> Row:
    """Return the row without blank cells after the last column, or with a problem."""
    if len(row.cells) < width or any(row.cells[width:]):
        return Row(row.line, row.cells, f"The row has {len(row.cells)} cells, but the header has {width}.")
    return Row(row.line, row.cells[:width])


def table_text(
    rows: Iterable[Sequence[str]], separator: str = ",", quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> str:
    """Return rows as CSV by RFC 4180, or with another separator."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, quoting=quoting).writerows(rows)
    return stream.getvalue()
