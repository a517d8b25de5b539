"""A workbook with the plain tables as sheets. Texts are text cells, which no spreadsheet runs."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from grader.lms.base import Lms
from grader.lms.csv import NUMBERS, Rows, score_tables
from grader.lms.export import Export, File

_MAX_LETTERS = 32767  # in a cell of Excel
_WIDTH = 16  # letters
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same scores give the same file


class Workbook(Lms):
    """An LMS object for a workbook, without ids and downloads."""

    name = "xlsx"
    title = "a workbook"
    summary = "the same plain tables as the sheets of a workbook"
    carries_questions = True

    def write(self, export: Export) -> list[File]:
        """Return one workbook."""
        made = score_tables(export, str)
        rows = len(made.tables["scores"]) - 1
        data = _workbook(made.tables)
        return [File("scores.xlsx", "", rows, made.left_out, made.excused, made.changes, data=data)]


LMS = Workbook()


def _workbook(tables: dict[str, Rows]) -> bytes:
    from xlsxwriter import Workbook as Writer  # noqa: PLC0415 one export of many

    stream = io.BytesIO()
    book = Writer(stream, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True})
    for name, rows in tables.items():
        _fill(book.add_worksheet(name), rows, bold)
    book.close()
    return stream.getvalue()


def _fill(sheet: Any, rows: Rows, bold: Any) -> None:
    header, *rest = rows
    for column, cell in enumerate(header):
        sheet.write_string(0, column, cell, bold)
    for line, row in enumerate(rest, 1):
        for column, cell in enumerate(row):
            if cell and header[column] in NUMBERS:
                sheet.write_number(line, column, float(cell))
            elif cell:  # a student without a total has none in the sheet
                sheet.write_string(line, column, cell[:_MAX_LETTERS])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, _WIDTH)
