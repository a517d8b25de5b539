"""Readers of the files for each LMS that accept only what the importer is known to accept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import openpyxl

Scores = dict[str, str]  # by the id that the LMS finds a person by
_SCORE = re.compile(r"\d{1,9}(\.\d{1,5})?")


def table(content: bytes, encoding: str = "utf-8", separator: str = ",") -> list[list[str]]:
    """Return a rectangular table with quotes where they belong."""
    rows = list(
        csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator, strict=True)
    )
    assert len({len(row) for row in rows}) == 1
    return rows


def scores(rows: list[list[str]], key: Callable[[list[str]], str], cell: int, words: str = "") -> Scores:
    """Return scores by key, each once, and none of them blank."""
    found = {key(row): row[cell] for row in rows}
    assert len(found) == len(rows)
    assert all(keys and (_SCORE.fullmatch(score) or score == words) for keys, score in found.items())
    return found


def canvas(content: bytes) -> Scores:
    header, points, *rows = table(content)
    assert header[:2] == ["Student", "ID"] and "Section" in header[-2]
    assert "Points Possible" in points[0] and _SCORE.fullmatch(points[-1])
    assert not [row for row in rows if row[0].startswith(("=", "+", "-", "@", "\t", "\r"))]
    return scores(rows, lambda row: next(filter(None, row[1:-2])), -1, "EX")


def moodle(content: bytes) -> Scores:
    header, *rows = table(content)
    assert header[0] in {"username", "email", "idnumber"} and len(header) == 2
    return scores(rows, lambda row: row[0], 1)


def worksheet(content: bytes) -> Scores:
    header, *rows = table(content)
    assert header[:3] == ["Identifier", "Grade", "Last modified (grade)"]
    return scores(rows, lambda row: row[0], 1)


def blackboard(content: bytes) -> Scores:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding, separator = ("utf-16", "\t") if is_utf16 else ("utf-8-sig", ",")
    assert all(re.fullmatch(r'"(.|\n)*"', line) for line in content.decode(encoding).splitlines())
    header, *rows = table(content, encoding, separator)
    assert header[0] == "Username" and len(header) == 2
    return scores(rows, lambda row: row[0], 1)


def brightspace(content: bytes) -> Scores:
    header, *rows = table(content)
    assert header[0] in {"OrgDefinedId", "Username"} and header[-1] == "End-of-Line Indicator"
    assert re.fullmatch(r".+ Points Grade <Numeric MaxPoints:[\d.]+.*>", header[-2])
    assert all(cell.startswith("#") for row in rows for cell in (*row[:-2], row[-1]) if cell)
    return scores(rows, lambda row: next(filter(None, (cell[1:] for cell in row[:-2]))), -2)


def plain(content: bytes) -> Scores:
    header, *rows = table(content)
    return scores(rows, lambda row: row[0], header.index("score"))


def workbook(content: bytes) -> Scores:
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["scores"]
    header, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return scores([[*map(str, row)] for row in rows], lambda row: row[0], header.index("score"))
