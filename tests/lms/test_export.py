"""Files for an LMS, held to the rules that importers were seen to have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.identity import Person
from grader.errors import UsageFault
from grader.gradebook.rules import Score
from grader.lms import FORMATS
from grader.lms.export import Entry, Export, Item, free_text, identity, number, read_table, table_text
from grader.lms.scoring import export_items

ITEM = Item("exercise-3", "Stride", 9, (Entry("ada", 9, None), Entry("bob", 3, None), Entry("cyd", 0, None)))
PEOPLE = {
    "ada": Person("ada", "Ada L.", "ada@example.org", canvas_id="17", moodle_username="ada1"),
    "bob": Person("bob", "=HYPERLINK()", "Bob@example.org", canvas_id="0018", moodle_username="bob1"),
    "cyd": Person("cyd", "Cyd", "cyd@example.org", sis_user_id="007", moodle_username="cyd1"),
}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.floats(0, 1e6, allow_nan=False))
def test_numbers_are_plain_decimals_of_at_most_5_places(value: float) -> None:
    text = number(value)
    assert re.fullmatch(r"\d+(\.\d{1,5})?", text)
    assert abs(float(text) - value) <= 0.5e-5 + 1e-9 * value


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=5))
def test_tables_survive_their_own_reader(table: list[list[str]]) -> None:
    assert rows(table_text(table)) == table


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas(start: str) -> None:
    assert free_text(f"{start}1+1") == f"'{start}1+1"
    with pytest.raises(UsageFault, match="begins like a formula"):
        identity(f"{start}1", "ada")


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_files_are_rectangular_without_a_blank_score(form: str) -> None:
    for file in FORMATS[form](Export((ITEM,), PEOPLE)):
        table = rows(file.text)
        assert len({len(row) for row in table}) == 1
        score = {"canvas": 5, "moodle": 1, "csv": 3}[form]
        assert all(row[score].strip() for row in table)
        assert file.rows == len(ITEM.entries)


def test_canvas_finds_people_by_id_and_carries_no_names() -> None:
    [file] = FORMATS["canvas"](Export((ITEM,), PEOPLE))
    table = rows(file.text)
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-3 Stride"]
    assert "Points Possible" in table[1][0]
    assert table[1][5] == "9"
    assert [row[:4] for row in table[2:]] == [["", "17", "", ""], ["", "0018", "", ""], ["", "", "007", ""]]
    assert "Ada" not in file.text


@pytest.mark.parametrize("title", ["Final Score", "current grade", "Unposted Final Points"])
def test_canvas_would_drop_such_a_title(title: str) -> None:
    item = Item("exercise-3", title, 9, ITEM.entries)
    with pytest.raises(UsageFault, match="Rename the exercise"):
        FORMATS["canvas"](Export((item,), PEOPLE))


def test_a_canvas_export_is_filled_in_by_its_own_ids(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Other (11),exercise-3 Stride (12),Final Score\r\n"
        "    Points Possible,,,,,5,18,(read only)\r\n"
        '"L., Ada",17,,ada,S1,1,,5\r\n"Student, Test",99,,,S1,,,\r\nCyd,44,007,cyd,S1,,3,\r\n',
        encoding="utf-8",
    )
    [file] = FORMATS["canvas"](Export((ITEM,), PEOPLE, template))
    assert rows(file.text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-3 Stride (12)"],
        ["    Points Possible", "", "", "", "", "18"],
        ["L., Ada", "17", "", "ada", "S1", "18"],
        ["Cyd", "44", "007", "cyd", "S1", "0"],
    ]
    assert file.left_out == ("bob: not in the Canvas export",)


def test_moodle_gets_hundredths_and_one_identity_for_all() -> None:
    [file] = FORMATS["moodle"](Export((ITEM,), PEOPLE))
    assert rows(file.text) == [
        ["username", "exercise-3 Stride (of 100)"],
        ["ada1", "100"],
        ["bob1", "33.33333"],
        ["cyd1", "0"],
    ]
    by_email = {name: Person(name, email=person.email) for name, person in PEOPLE.items()}
    [file] = FORMATS["moodle"](Export((ITEM,), by_email, out_of=9))
    assert rows(file.text)[:2] == [["email", "exercise-3 Stride (of 9)"], ["ada@example.org", "9"]]
    with pytest.raises(UsageFault, match="bob lack moodle_username and email"):
        FORMATS["moodle"](Export((ITEM,), {**by_email, "bob": Person("bob")}))


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 8,Ada L.,ADA@example.org,,,20.00,Yes,-,"Monday, 2 November 2026, 9:00 AM",\n'
    "Participant 3,Bob,bob@example.org,,,20.00,Yes,-,-,\n"
)


def test_a_moodle_worksheet_is_filled_in(tmp_path: Path) -> None:
    template = tmp_path / "sheet.csv"
    template.write_text("\ufeff" + WORKSHEET, encoding="utf-8")
    [file] = FORMATS["moodle"](Export((ITEM,), PEOPLE, template))
    assert rows(file.text) == [
        ["Identifier", "Grade", "Last modified (grade)"],
        ["Participant 8", "20", "Monday, 2 November 2026, 9:00 AM"],
        ["Participant 3", "6.66667", "-"],
    ]
    assert file.left_out == ("cyd: not in the worksheet",)


@pytest.mark.parametrize(
    ("form", "change", "sentence"),
    [
        ("moodle", lambda text: text.replace("Identifier", "Kennung"), "site's language set to English"),
        ("canvas", lambda text: text, "is not a gradebook export of Canvas"),
        ("canvas", lambda _text: "", "is empty"),
        ("canvas", lambda _text: 'a,"b\nc', "is not a CSV file"),
    ],
)
def test_a_template_that_is_none(
    tmp_path: Path, form: str, change: Callable[[str], str], sentence: str
) -> None:
    template = tmp_path / "sheet.csv"
    template.write_text(change(WORKSHEET), encoding="utf-8")
    with pytest.raises(UsageFault, match=sentence):
        FORMATS[form](Export((ITEM,), PEOPLE, template))


def test_templates_in_utf_16_with_tabs_are_read(tmp_path: Path) -> None:
    file = tmp_path / "t.xls"
    file.write_bytes("a\tb\n1\t2\n".encode("utf-16"))
    assert read_table(file) == [["a", "b"], ["1", "2"]]


def test_ungraded_scores_stay_out_and_zeros_are_given_only_where_asked(shipped, monkeypatch) -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    scores = [
        Score("ada", "exercise-3", 4, 4, 10, (), is_graded=True, graded=now),
        Score("bob", "exercise-3", 0, None, 10, (), is_graded=False, graded=now),
    ]
    [item], ungraded = export_items(shipped, scores, ["exercise-3"], [])
    assert [entry.student for entry in item.entries] == ["ada"]
    assert [score.student for score in ungraded] == ["bob"]
    [item], _ = export_items(shipped, scores, ["exercise-3"], ["ada", "bob", "cyd"])
    assert [(entry.student, entry.score) for entry in item.entries] == [("ada", 4), ("cyd", 0)]
