"""The lists of people that each LMS writes, imported into an empty roster; see golden/README.md."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from grader.lms import LMSS
from tests.conftest import Run

GOLDEN = Path(__file__).parent / "golden"
LISTS = sorted(file for file in GOLDEN.glob("*/people/*") if not file.name.endswith(".roster.csv"))


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def expected(file: Path) -> list[list[str]]:
    return rows(file.with_name(f"{file.name}.roster.csv"))


def test_every_lms_with_lists_has_a_golden_one() -> None:
    assert {file.parents[1].name for file in LISTS} == {lms.name for lms in LMSS if lms.lists}


@pytest.mark.parametrize("file", LISTS, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_a_list_is_recognized_and_becomes_a_roster(file: Path, own: Path, course: Run) -> None:
    ran = course(own, "roster", "import", file)
    assert (ran.code, ran.err) == (0, ""), ran.out
    title = next(lms.title for lms in LMSS if lms.name == file.parents[1].name)
    assert (
        title in ran.out.splitlines()[0] or file.parents[1].name == "google"
    )  # whose header is also Moodle's
    assert rows(own / "roster.csv") == expected(file), own / "roster.csv"
    again = course(own, "roster", "import", file)
    assert f"{own / 'roster.csv'}: 0 new, 0 changed, 0 gone" in again.out
    assert course(own, "generate", own / "out", "--roster", own / "roster.csv").code == 0


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_moodle_s_sheets_are_read_like_its_csv(form: str, tmp_path: Path, own: Path, course: Run) -> None:
    table = rows(GOLDEN / "moodle" / "people" / "participants.csv")
    table[0][0] = "First name"
    sheet = tmp_path / f"participants.{form}"
    if form == "xlsx":
        book = openpyxl.Workbook()
        people = book.create_sheet("People")  # behind a sheet that is empty
        for row in table:
            people.append(row)
        book.save(sheet)
    else:
        write_ods(sheet, table)
    assert course(own, "roster", "import", sheet).code == 0
    assert rows(own / "roster.csv") == expected(GOLDEN / "moodle" / "people" / "participants.csv")


def write_ods(file: Path, table: list[list[str]]) -> None:
    """Write the least that an ods needs."""
    import zipfile
    from xml.sax.saxutils import escape

    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            if cell
            else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in table
    )
    of = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{of}:office:1.0" '
        f'xmlns:table="{of}:table:1.0" xmlns:text="{of}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="People">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
