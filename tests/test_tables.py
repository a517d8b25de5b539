"""Tables that other programs wrote."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageFault
from grader.tables import read_table

cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)


@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), min_size=2, max_size=5),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(deadline=None)
def test_what_a_spreadsheet_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str, encoding: str, end: str
) -> None:
    rows = [["first", "second"], *rows]
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=end).writerows(rows)
    file = tmp_path_factory.getbasetemp() / "t.csv"
    file.write_bytes(stream.getvalue().encode(encoding))
    table = read_table(file)
    assert table.header == ("first", "second")
    assert [list(row.cells) for row in table.rows] == [row for row in rows[1:] if any(row)]
    assert not any(row.problem for row in table.rows)


def test_a_decimal_comma_without_quotes_is_a_problem_of_its_row(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n1,2,5\n1,2,,\n3\n", encoding="utf-8")
    table = read_table(file)
    assert [(row.line, bool(row.problem)) for row in table.rows] == [
        (2, False),
        (3, True),
        (4, False),
        (5, True),
    ]


def test_commas_inside_titles_do_not_hide_the_separator(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('Student;Loops, functions, classes, sets (78)\n"L, Ada";\n', encoding="utf-8")
    assert read_table(file).header == ("Student", "Loops, functions, classes, sets (78)")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('sep=;\na;b\n\n"1\n1";2\n3;4\n', encoding="utf-8")
    assert [(row.line, row.cells) for row in read_table(file).rows] == [(4, ("1\n1", "2")), (6, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \n,\n", "is empty"),
        (b"PK\x03\x04", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfea", "not UTF-16 text"),
        (b"a,b\n\x81\x8d,c\n", "not UTF-8 text"),
        (b'a,b\n"c,d\n', r"t\.csv:2: This is not CSV"),
        (b"a,b\nc\0,d\n", "NUL"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    with pytest.raises(UsageFault, match=sentence):
        read_table(file)


def test_a_table_in_windows_1252_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("a,b\nJos\u00e9,\u20ac\n".encode("cp1252"))
    table = read_table(file)
    assert table.rows[0].cells == ("Jos\u00e9", "\u20ac")
    assert "read as Windows-1252" in table.note
