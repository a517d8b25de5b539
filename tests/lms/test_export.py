"""Files for an LMS, held to the rules that importers were seen to have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.exporting import Zeros, export_items
from grader.course.loading import LoadedCourse
from grader.course.rules import Rules
from grader.errors import UsageFault
from grader.gradebook.scoring import Score
from grader.identity import Person
from grader.lms import BY_NAME
from grader.lms.export import Entry, Export, Item, file_maximum, free_text, number, scaled, unsafe_id
from grader.tables import table_text
from tests.people import known

ITEM = Item("exercise-3", "Stride", 9, (Entry("ada", 9, None), Entry("bob", 3, None), Entry("cyd", 0, None)))
PEOPLE = {
    "ada": known("ada", "Ada L.", "ada@example.org", canvas_id="17", moodle_username="ada1"),
    "bob": known("bob", "=HYPERLINK()", "Bob@example.org", canvas_id="0018", moodle_username="bob1"),
    "cyd": known("cyd", "Cyd", "cyd@example.org", sis_user_id="007", moodle_username="cyd1"),
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
    assert "looks like a formula" in unsafe_id("ada", f"{start}1")
    assert unsafe_id("ada", "17") == ""


def test_canvas_finds_people_by_id_and_never_by_name() -> None:
    [file] = BY_NAME["canvas"].write(Export((ITEM,), PEOPLE))
    table = rows(file.text)
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-3 Stride"]
    assert "Points Possible" in table[1][0]
    assert table[1][5] == "9"
    assert [row[:4] for row in table[2:]] == [
        ["Ada L. (ada)", "17", "", ""],  # what nobody is called in Canvas
        ["'=HYPERLINK() (bob)", "0018", "", ""],
        ["Cyd (cyd)", "", "007", ""],
    ]


@pytest.mark.parametrize("title", ["Final Score", "current grade", "Unposted Final Points"])
def test_canvas_would_drop_such_a_title(title: str) -> None:
    item = Item("exercise-3", title, 9, ITEM.entries)
    with pytest.raises(UsageFault, match="Rename the exercise"):
        BY_NAME["canvas"].write(Export((item,), PEOPLE))


def test_a_canvas_export_is_filled_in_by_its_own_ids(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Other (11),exercise-3 Stride (12),Final Score\r\n"
        "    Points Possible,,,,,5,18,(read only)\r\n"
        '"L., Ada",17,,ada,S1,1,,5\r\n"Student, Test",99,,,S1,,,\r\nCyd,44,007,cyd,S1,,3,\r\n',
        encoding="utf-8",
    )
    [file] = BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template, overwrite=True))
    assert rows(file.text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-3 Stride (12)"],
        ["    Points Possible", "", "", "", "", "18"],
        ["L., Ada", "17", "", "ada", "S1", "18"],
        ["Cyd", "44", "007", "cyd", "S1", "0"],
    ]
    assert file.left_out == ["bob: not in the Canvas export"]


def test_moodle_gets_hundredths_and_one_identity_for_all() -> None:
    [file] = BY_NAME["moodle"].write(Export((ITEM,), PEOPLE))
    assert rows(file.text) == [
        ["username", "exercise-3 Stride (of 100)"],
        ["ada1", "100"],
        ["bob1", "33.33333"],
        ["cyd1", "0"],
    ]
    by_email = {name: Person(name, email=person.email) for name, person in PEOPLE.items()}
    [file] = BY_NAME["moodle"].write(Export((ITEM,), by_email, out_of=9))
    assert rows(file.text)[:2] == [["email", "exercise-3 Stride (of 9)"], ["ada@example.org", "9"]]
    [file] = BY_NAME["moodle"].write(Export((ITEM,), {**by_email, "bob": Person("bob")}))
    assert [row[0] for row in rows(file.text)] == ["email", "ada@example.org", "cyd@example.org"]
    assert file.left_out == ["bob: has no email in the roster, which identifies the others in Moodle"]


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 8,Ada L.,ADA@example.org,,,20.00,Yes,-,"Monday, 2 November 2026, 9:00 AM",\n'
    "Participant 3,Bob,bob@example.org,,,20.00,Yes,-,-,\n"
)


def test_a_moodle_worksheet_is_filled_in(tmp_path: Path) -> None:
    template = tmp_path / "sheet.csv"
    template.write_text("\ufeff" + WORKSHEET, encoding="utf-8")
    [file] = BY_NAME["moodle"].write(Export((ITEM,), PEOPLE, template))
    assert rows(file.text) == [
        ["Identifier", "Grade", "Last modified (grade)"],
        ["Participant 8", "20", "Monday, 2 November 2026, 9:00 AM"],
        ["Participant 3", "6.66667", "-"],
    ]
    assert file.left_out == ["cyd: not in the worksheet"]


@pytest.mark.parametrize(
    ("form", "change", "sentence"),
    [
        ("moodle", lambda text: text.replace("Identifier", "Kennung"), "Set the site's language to English"),
        ("canvas", lambda text: text, "is not a Canvas gradebook export"),
        ("canvas", lambda _text: "", "is empty"),
        ("canvas", lambda _text: 'a,"b\nc', "This is not CSV"),
        ("moodle", lambda text: text.replace(",Maximum grade", ",Grade"), "two columns 'Grade'"),
        ("moodle", lambda text: text.replace(",Maximum grade", ",Most"), "no column 'Maximum grade'"),
    ],
)
def test_a_template_that_is_none(
    tmp_path: Path, form: str, change: Callable[[str], str], sentence: str
) -> None:
    template = tmp_path / "sheet.csv"
    template.write_text(change(WORKSHEET), encoding="utf-8")
    with pytest.raises(UsageFault, match=sentence):
        BY_NAME[form].write(Export((ITEM,), PEOPLE, template))


def score(student: str, final: float | None, **more: Any) -> Score:
    is_graded = more.pop("is_graded", True)
    return Score(
        student, "exercise-3", final, final, 10, (), is_graded=is_graded, graded=datetime.now(UTC), **more
    )


def test_ungraded_scores_stay_out_and_zeros_are_given_only_where_asked(shipped: LoadedCourse) -> None:
    scores = [score("ada", 4), score("bob", None, is_graded=False)]
    scored = export_items(shipped, scores, ["exercise-3"])
    assert [entry.student for entry in scored.items[0].entries] == ["ada"]
    assert scored.left_out == ("bob: exercise-3 could not be graded",)
    scored = export_items(shipped, scores, ["exercise-3"], Zeros(["ada", "bob", "cyd"]))
    assert [(entry.student, entry.score) for entry in scored.items[0].entries] == [("ada", 4), ("cyd", 0)]


def test_a_score_that_is_not_handed_on_is_left_out_with_the_reason_and_becomes_no_zero(
    shipped: LoadedCourse,
) -> None:
    above = score("ada", None, warnings=("set by hand to 12, which is more than 10",))
    scored = export_items(shipped, [above], ["exercise-3"], Zeros(["ada"]))
    assert scored.items[0].entries == ()
    assert scored.left_out == ("ada: no score in exercise-3: set by hand to 12, which is more than 10",)
    excused = score("ada", None, is_excused=True, warnings=("seen",))
    assert export_items(shipped, [excused], ["exercise-3"], Zeros(["ada"])).left_out == ()


def test_nobody_gets_a_zero_who_may_have_handed_something_in(shipped: LoadedCourse) -> None:
    left_out = frozenset({("bob", "exercise-3"), ("Cyd", "exercise-3"), ("dan", "exercise-4")})
    scored = export_items(
        shipped, [score("ada", 4)], ["exercise-3"], Zeros(["ada", "bob", "cyd", "dan"], left_out)
    )
    assert [(entry.student, entry.score) for entry in scored.items[0].entries] == [("ada", 4), ("dan", 0)]
    assert [reason.partition(":")[0] for reason in scored.left_out] == ["bob", "cyd"]


def test_one_student_in_two_forms_has_no_certain_score(shipped: LoadedCourse) -> None:
    scored = export_items(shipped, [score("Ada", 4), score("ada", 7), score("Bob", 5)], [], Zeros(["bob"]))
    assert [entry.student for item in scored.items for entry in item.entries] == ["bob"]
    assert scored.left_out == ("Ada and ada: one student in two spellings, with two scores in exercise-3",)


def test_there_is_no_zero_before_the_deadline_of_a_student(shipped: LoadedCourse) -> None:
    rules = Rules.model_validate(
        {"deadlines": {"exercise-3": "2026-12-01"}, "extensions": [{"student": "bob", "days": 7}]}
    )
    course = replace(shipped, record=shipped.record.model_copy(update={"rules": rules}))
    now = datetime(2026, 12, 3, tzinfo=UTC)
    scored = export_items(course, [], ["exercise-3"], Zeros(["ada", "bob"], now=now))
    assert [entry.student for entry in scored.items[0].entries] == ["ada"]
    assert scored.left_out[0].startswith("bob: no zero in exercise-3, which is due for them on 2026-12-0")


def test_a_score_that_is_not_released_yet_is_left_out_and_reported(shipped: LoadedCourse) -> None:
    rules = Rules.model_validate(
        {"deadlines": {"exercise-3": "2026-12-01"}, "extensions": [{"student": "ada", "days": 3}]}
    )
    course = replace(shipped, record=shipped.record.model_copy(update={"rules": rules}))
    found, now = [score("ada", 4), score("bob", 5)], datetime(2026, 12, 2, 12, tzinfo=UTC)
    scored = export_items(course, found, ["exercise-3"], Zeros(now=now))
    assert [entry.student for entry in scored.items[0].entries] == ["bob"]
    assert scored.left_out == (
        "ada: the score in exercise-3 is not released before 2026-12-04 23:59 UTC (release in course.yaml)",
    )


def test_an_exercise_that_nobody_handed_in_gives_no_zeros_unless_it_is_named(shipped: LoadedCourse) -> None:
    scored = export_items(shipped, [score("ada", 4)], [], Zeros(["ada", "bob"]))
    assert {item.exercise for item in scored.items if item.entries} == {"exercise-3"}


def test_a_row_of_moodle_with_a_cell_too_many_is_left_out_with_its_line(tmp_path: Path) -> None:
    template = tmp_path / "sheet.csv"
    row = next(line for line in WORKSHEET.splitlines() if "bob@example.org" in line)
    template.write_text(WORKSHEET.replace(row, f"{row},more"), encoding="utf-8")
    [file] = BY_NAME["moodle"].write(Export((ITEM,), PEOPLE, template))
    assert "Participant 3" not in [row[0] for row in rows(file.text)]
    assert "bob: line 3: The row has 11 cells, but the header has 10." in file.left_out


@pytest.mark.parametrize("text", ["10,00", "1,000.00", "1.000,00", "1.000", "100.000", "", "-", "0", "0.00", "1e1",
                                  "10 %", "10.0.0", "\u0661\u0660", "nan", "inf", "-5", "+5", "(read only)", "1 000"])  # fmt: skip
def test_a_maximum_that_can_mean_two_things_is_never_replaced(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^sheet:2 is .* not clearly a number"):
        file_maximum(text, "sheet:2", None)
    assert file_maximum(text, "sheet:2", 20) == 20  # who says it, knows it


@pytest.mark.parametrize(
    ("text", "value"), [("10", 10), ("10.00", 10), ("100.0", 100), ("0.500", 0.5), ("2.5", 2.5)]
)
def test_a_maximum_that_is_certain(text: str, value: float) -> None:
    assert file_maximum(text, "sheet:2", None) == file_maximum(text, "sheet:2", value) == value
    with pytest.raises(UsageFault, match="--out-of is 77"):
        file_maximum(text, "sheet:2", 77)


def test_a_score_is_never_above_the_maximum_or_below_0() -> None:
    assert [scaled(Entry("a", given, None), ITEM, 18) for given in (12, 9, -1)] == ["18", "18", "0"]


HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,"


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        ("exercise-3 Stride (1),exercise-3 (2)", "several columns for exercise-3"),
        ("exercise-3 Stride (1),Exercise-3  stride (2)", "several columns for exercise-3"),
        ("exercise-3 Strides (1),exercise-3 bonus (2)", "no column for 'exercise-3 Stride'"),
        ("exercise-30 (1),My exercise-3 (2)", "no column for 'exercise-3 Stride'"),
    ],
)
def test_only_the_one_exact_column_of_canvas_is_filled(tmp_path: Path, titles: str, sentence: str) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(f"{HEADER}{titles}\n    Points Possible,,,,,9,9\nA,17,,,S,,\n", encoding="utf-8")
    with pytest.raises(UsageFault, match=sentence):
        BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template))


def test_an_exercise_without_a_column_holds_up_no_other(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(
        f"{HEADER}exercise-3 (1),exercise-4\n    Points Possible,,,,,9,9\nA,17,,,S,,\n", encoding="utf-8"
    )
    other = replace(ITEM, exercise="exercise-4")
    first, second = BY_NAME["canvas"].write(Export((ITEM, other), PEOPLE, template))
    assert (first.rows, second.rows) == (1, 0)  # a column without an id is not an assignment
    assert second.left_out == [
        f"exercise-4: {template} has no column for it. Create 'exercise-4 Stride' in Canvas"
    ]


def test_a_title_that_two_exercises_have_is_no_exercise_s(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(f"{HEADER}Stride (1)\n    Points Possible,,,,,9\nA,17,,,S,\n", encoding="utf-8")
    assert BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template))[0].rows == 1
    with pytest.raises(UsageFault, match="no column for 'exercise-3 Stride'"):
        BY_NAME["canvas"].write(
            Export((replace(ITEM, other_titles=("exercise-4", "STRIDE")),), PEOPLE, template)
        )


@pytest.mark.parametrize("row", ["", "    Mögliche Punkte,,,,,18\n"])
def test_points_possible_in_another_language_stop_the_export(tmp_path: Path, row: str) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(f"{HEADER}exercise-3 (1)\n{row}A,17,,,S,\n", encoding="utf-8")
    with pytest.raises(UsageFault, match=r"no row 'Points Possible'.*--out-of"):
        BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template))
    [file] = BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template, out_of=18))
    assert rows(file.text)[-1][-1] == "18"


def test_a_row_with_a_cell_too_many_is_left_out(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    text = f"{HEADER}exercise-3 (1),Other (2)\n    Points Possible,,,,,9,5\nA,17,,,S,,1,5\nB,0018,,,S,,2\n"
    template.write_text(text, encoding="utf-8")
    [file] = BY_NAME["canvas"].write(Export((ITEM,), PEOPLE, template))
    assert [row[1] for row in rows(file.text)[2:]] == ["0018"]
    assert file.left_out[0] == "ada: line 3: The row has 8 cells, but the header has 7."


def test_an_id_that_is_not_in_the_export_never_becomes_a_login(tmp_path: Path) -> None:
    template = tmp_path / "canvas.csv"
    template.write_text(
        f'{HEADER}exercise-3 (1)\n    Points Possible,,,,,9\n"O, Ther",99,,ada,S,\n', encoding="utf-8"
    )
    item = replace(ITEM, entries=(Entry("ada", 9, None),))
    [file] = BY_NAME["canvas"].write(Export((item,), {"ada": known("ada", canvas_id="17")}, template))
    assert (file.rows, file.left_out) == (0, ["ada: not in the Canvas export"])
    [file] = BY_NAME["canvas"].write(Export((item,), {"ada": Person("ada", "Ada")}, template))
    assert file.rows == 1  # who has no id at all goes by the folder's name


SAMS = {"a": Person("a", "Sam Same", "sam1@example.org"), "b": Person("b", "Sam Same", "sam2@example.org")}
SHEET = "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (grade)\n"


@pytest.mark.parametrize(
    ("people", "sheet", "written", "left_out"),
    [
        (SAMS, "Participant 2,Sam Same,sam2@example.org,,9,-\n", ["Participant 2"], ["a: not in the worksheet"]),
        (SAMS, "Participant 1,Sam Same,,,9,-\nParticipant 2,Sam Same,,,9,-\n", [], ["a: it fits", "b: it fits"]),
        (SAMS, "Participant 2,Sam Same,,,9,-\n", [], ["a: it fits a and b", "b: it fits a and b"]),
        ({"a": Person("a", "Sam Same")}, "Participant 1,Sam Same,,,9,-\nParticipant 2,Sam  same,,,9,-\n", [],
         ["a: Sam  same in line 3 and Sam Same in line 2 all fit a", "b: not in the roster"]),
        ({"a": Person("a", "Sam Same")}, "Participant 1,Sam Same,x@example.org,,9,-\n", ["Participant 1"],
         ["b: not in the roster"]),
        (SAMS, "Participant 1,S,sam1@example.org,,9,-\nParticipant 2,S,SAM1@example.org,,9,-\n", [],
         ["a: S in line 2 and S in line 3 all fit a", "b: not in the worksheet"]),
    ],
)  # fmt: skip
def test_no_score_goes_to_a_namesake(
    tmp_path: Path, people: dict[str, Person], sheet: str, written: list[str], left_out: list[str]
) -> None:
    template = tmp_path / "sheet.csv"
    template.write_text(SHEET + sheet, encoding="utf-8")
    item = Item("exercise-3", "Stride", 9, (Entry("a", 9, None), Entry("b", 3, None)))
    [file] = BY_NAME["moodle"].write(Export((item,), people, template))
    assert [row[0] for row in rows(file.text)[1:]] == written
    assert len(file.left_out) == len(left_out)
    assert all(said.startswith(begin) for said, begin in zip(file.left_out, left_out, strict=True))


def test_the_table_has_names_sections_rules_and_totals() -> None:
    people = {"ada": Person("ada", "Ada", section="S1"), "bob": Person("bob", "=B")}
    first = replace(ITEM, entries=(Entry("ada", 9, None, "1 day late: -10 %"), Entry("bob", 3, None)))
    second = Item("exercise-4", "=cmd", 1, (Entry("ada", 1, None), Entry("bob", None, None)))
    scores, totals = BY_NAME["csv"].write(Export((first, second), people))
    assert [row[3:] for row in rows(scores.text)] == [
        ["score", "points", "graded", "name", "section", "rules"],
        ["9", "9", "", "Ada", "S1", "1 day late: -10 %"],
        ["3", "9", "", "'=B", "", ""],
        ["1", "1", "", "Ada", "S1", ""],
    ]
    assert rows(scores.text)[3][2] == "'=cmd"
    assert rows(totals.text)[1:] == [["ada", "10", "10", "2", "Ada", "S1"], ["bob", "3", "9", "1", "'=B", ""]]
    assert scores.notes == ("bob: excused from exercise-4",)
