"""Tables in workbooks (xlsx, ods, xls) and JSON, as other programs write them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.errors import UsageFault, printable

WORKBOOKS = {b"PK\x03\x04": "an Excel workbook or a zip", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
MAX_UNPACKED_BYTES = 512 << 20
MAX_COLUMNS = 4096
MAX_CELLS = 20_000_000
_WHOLE = 2**53  # every smaller whole number is exact in a spreadsheet

SheetRows = list[list[str]]


def workbook_rows(file: Path, content: bytes) -> tuple[SheetRows, str]:
    """Return the rows of the first sheet that has some, and any assumption.

    Raises:
        UsageFault: it is not a workbook that can be read.

    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 few commands read a workbook

    _check_size(file, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        filled = [(name, rows) for name in book.sheet_names if (rows := _sheet_rows(file, book, name))]
    except (CalamineError, OSError, ValueError):
        raise _unreadable(file, content) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of Rust, which is no Exception
            raise _unreadable(file, content) from None
        raise
    if not filled:
        return [], ""
    name, rows = filled[0]
    return rows, f"{file} has several sheets; '{printable(name)}' was read." if len(filled) > 1 else ""


def _unreadable(file: Path, content: bytes) -> UsageFault:
    return UsageFault(f"{file} is {WORKBOOKS[content[:4]]} that cannot be read. Save it as 'CSV UTF-8'.")


def _sheet_rows(file: Path, book: Any, name: str) -> SheetRows:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_width > MAX_COLUMNS or sheet.total_width * sheet.total_height > MAX_CELLS:
        raise UsageFault(
            f"{file} is too large: the sheet '{printable(name)}' has {sheet.total_width} columns."
        )
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return rows if any(any(row) for row in rows) else []


def _check_size(file: Path, content: bytes) -> None:
    """Refuse a zip that says it unpacks to far more than a class.

    Raises:
        UsageFault: it is too large, or not a zip.

    """
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _unreadable(file, content) from None
    if size > MAX_UNPACKED_BYTES:
        raise UsageFault(f"{file} unpacks to {size >> 20} MiB, which is too much. Save it as 'CSV UTF-8'.")


def _text(cell: object) -> str:
    """Return a cell as text; a whole number has no decimals.

    >>> _text(17.0), _text(0.5), _text(True), _text("0017")
    ('17', '0.5', 'TRUE', '0017')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def json_rows(text: str) -> SheetRows | None:
    """Return the rows of a JSON list of objects, or None if the text is something else.

    Moodle puts its list into another list.

    >>> json_rows('[[{"a": 1, "b": null}, {"a": "2"}]]')
    [['a', 'b'], ['1', ''], ['2', '']]
    """
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    while isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    return _rows_of(found)


def _rows_of(objects: Iterable[Mapping[str, object]]) -> SheetRows:
    objects = list(objects)
    header = list(dict.fromkeys(key for one in objects for key in one))
    return [header, *([_json_text(one.get(key)) for key in header] for one in objects)]


def _json_text(value: object) -> str:
    return "" if value is None else _text(value)
