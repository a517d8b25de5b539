"""Scores read back from every export by strict readers: each is its own student's, or listed as left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.roster import read_roster
from grader.classroom.roster_file import write_roster
from grader.identity import Person
from grader.lms import BY_NAME
from grader.lms.export import Entry, Export, File, Item, number
from tests.lms import strict
from tests.people import known

CLASS = 10_000
ODD = (
    "Lovelace, Ada", 'Bob "Bobby" Marsh', "Line\nBreak", '=HYPERLINK("x")', "+1", "-1", "@x", "O'Brien; Núñez",
    "\u05e2\u05d3\u05d4 \u05dc\u05d1\u05dc\u05d9\u05d9\u05e1", "\u0622\u062f\u0627 \u0644\u0627\u0641\u0644\u064a\u0633",
    "\u202eevil", "\U0001f600 Emoji \U0001f468\u200d\U0001f469\u200d\U0001f467", "Sam Same", "Sam Same", "\u5f20\u4f1f", "'quoted",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One person of the LMS as its file shows them: the ids by the roster's columns, and a name."""

    ids: dict[str, str]
    name: str
    old: str = ""


def canvas(rows: Sequence[Row]) -> list[list[str]]:
    columns = ("canvas_id", "sis_user_id", "sis_login_id")
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-1 (7)"]
    points = ["    Points Possible", "", "", "", "", "100000"]
    return [header, points, *([one.name, *ids(one, columns), "S", one.old] for one in rows)]


def worksheet(rows: Sequence[Row]) -> list[list[str]]:
    header = ["Identifier", "Full name", "ID number", "Username", "Email address", "Grade", "Maximum grade"]
    columns = ("moodle_idnumber", "moodle_username", "email")
    cells = [[one.ids["number"], one.name, *ids(one, columns), one.old, "100000.00", "-"] for one in rows]
    return [[*header, "Last modified (grade)"], *cells]


def blackboard(rows: Sequence[Row]) -> list[list[str]]:
    header = ["Last Name", "First Name", "Username", "Student ID", "exercise-1 [Total Pts: 100000 Score] |7"]
    columns = ("blackboard_username", "blackboard_student_id")
    return [header, *([one.name, "", *ids(one, columns), one.old] for one in rows)]


def brightspace(rows: Sequence[Row]) -> list[list[str]]:
    header = ["OrgDefinedId", "Username", "exercise-1 Points Grade <Numeric MaxPoints:100000 Weight:1>"]
    columns = ("brightspace_org_defined_id", "brightspace_username")
    cells = [[*(f"#{cell}" for cell in ids(one, columns)), one.old, "#"] for one in rows]
    return [[*header, "End-of-Line Indicator"], *cells]


def ids(row: Row, columns: Sequence[str]) -> list[str]:
    return [row.ids.get(column, "") for column in columns]


@dataclass(frozen=True)
class Form:
    """One LMS with --fill: how its file is written, read back, and what identifies a row."""

    name: str
    sheet: Callable[[Sequence[Row]], list[list[str]]]
    read: Callable[[bytes], strict.Scores]
    keys: tuple[str, ...]  # the ids in the file, the strongest first


FORMS = (
    Form("canvas", canvas, strict.canvas, ("canvas_id", "sis_user_id", "sis_login_id")),
    Form("moodle", worksheet, strict.worksheet, ("moodle_idnumber", "moodle_username", "email")),
    Form("blackboard", blackboard, strict.blackboard, ("blackboard_username", "blackboard_student_id")),
    Form(
        "brightspace", brightspace, strict.brightspace, ("brightspace_org_defined_id", "brightspace_username")
    ),
)
WITHOUT = {
    "canvas": strict.canvas, "moodle": strict.moodle, "blackboard": strict.blackboard,
    "brightspace": strict.brightspace, "csv": strict.plain, "xlsx": strict.workbook,
}  # fmt: skip
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
ALL_IDS = dict.fromkeys(key for form in FORMS for key in form.keys)


def all_ids(number_: int) -> dict[str, str]:
    """Return the ids of one person, unlike everybody's; numbers keep their zeros."""
    return {name: f"{number_:07}" if name != "email" else f"p{number_:07}@x.org" for name in ALL_IDS} | {
        "number": f"Participant {number_}"
    }


def person(number_: int, name: str, own: dict[str, str]) -> Person:
    more = {key: value for key, value in own.items() if key not in {"email", "number"}}
    return known(f"s{number_:07}", name, own.get("email", ""), "S", **more)


def item(count: int) -> Item:
    """Give everybody a different score, with decimals."""
    entries = tuple(Entry(f"s{one:07}", one + 1 / 3, None) for one in range(count))
    return Item("exercise-1", "exercise-1", 100_000, entries)


def cell(number_: int) -> str:
    return number(number_ + 1 / 3)


def saved(file: Path, rows: list[list[str]], encoding: str = "utf-8", separator: str = ",") -> Path:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    file.write_bytes(stream.getvalue().encode(encoding))
    return file


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    """Return ten thousand students with odd names, written to a roster and read again."""
    made = [person(one, ODD[one % len(ODD)], all_ids(one)) for one in range(CLASS)]
    file = tmp_path_factory.mktemp("class") / "roster.csv"
    write_roster(file, {one.student: one for one in made})
    found = read_roster(file).people
    assert found == {one.student: one for one in made}
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHOUT)
def test_ten_thousand_students_in_every_export(name: str, people: dict[str, Person]) -> None:
    [file, *_] = BY_NAME[name].write(Export((item(CLASS),), people, out_of=100_000))
    assert (file.rows, file.left_out) == (CLASS, [])
    found = WITHOUT[name](file.content)
    assert sorted(found.values(), key=float) == [cell(one) for one in range(CLASS)]
    assert all(int(key.strip("sp").partition("@")[0]) == int(float(score)) for key, score in found.items())


@pytest.mark.slow
def test_names_in_a_workbook_are_the_names_and_in_a_table_they_are_harmless(
    people: dict[str, Person],
) -> None:
    [file] = BY_NAME["xlsx"].write(Export((item(len(ODD)),), people))
    sheet = openpyxl.load_workbook(io.BytesIO(file.data))["scores"]
    assert [row[6] for row in sheet.iter_rows(values_only=True)][1:] == list(ODD)
    [first, *_] = BY_NAME["csv"].write(Export((item(len(ODD)),), people))
    names = [row[6] for row in strict.table(first.content)][1:]
    assert [name.removeprefix("'") for name in names] == [name.removeprefix("'") for name in ODD]
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "kind"),
    list(zip(FORMS, ["utf-8-sig", "utf-8-sig", "utf-16", "utf-8"], strict=True)),
    ids=lambda one: getattr(one, "name", one),
)
def test_ten_thousand_students_in_the_lms_s_own_file(
    form: Form, kind: str, people: dict[str, Person], tmp_path: Path
) -> None:
    rows = [Row(all_ids(one), ODD[one % len(ODD)]) for one in reversed(range(CLASS + 50))]
    separator = "\t" if kind == "utf-16" else ","
    template = saved(tmp_path / "template", form.sheet(rows), kind, separator)
    [file] = BY_NAME[form.name].write(Export((item(CLASS),), people, template))
    assert (file.rows, file.left_out) == (CLASS, [])
    found = form.read(file.content)
    key = "number" if form.name == "moodle" else form.keys[0]
    assert found == {all_ids(one)[key]: cell(one) for one in range(CLASS)}


some_ids = st.sets(st.sampled_from(list(ALL_IDS)))
olds = st.sampled_from(["", "", "-", "5", "EX", "A", "7,5"])


@every_form
@given(data=st.data(), count=st.integers(0, 6), overwrite=st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_score_reaches_its_own_student_or_is_left_out(
    form: Form, data: st.DataObject, count: int, overwrite: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The roster and the file know some ids of each person; a stranger can have anybody's login as a name."""
    roster, rows = {}, []
    for one in range(count):
        own, shown = data.draw(some_ids), data.draw(some_ids)
        name = data.draw(st.sampled_from(ODD)) if "email" in own & shown else f"{chr(97 + one)}x"
        if data.draw(st.booleans()) or one == 0:
            roster[one] = person(one, name, pick(one, own))
        if data.draw(st.booleans()):
            rows.append((one, Row(pick(one, shown | {"number"}), name, data.draw(olds))))
    template = saved(tmp_path_factory.getbasetemp() / form.name, form.sheet([row for _, row in rows]))
    export = Export(
        (item(count),), {one.student: one for one in roster.values()}, template, overwrite=overwrite
    )
    if not count:
        return
    [file] = BY_NAME[form.name].write(export)
    keys = {key: one for one, row in rows for key in row.ids.values()}
    found = form.read(file.content) if file.rows else {}
    assert {keys[key]: score for key, score in found.items()} == {keys[key]: cell(keys[key]) for key in found}
    reported = [reason.partition(":")[0] for reason in file.left_out]
    written = [f"s{keys[key]:07}" for key in found]
    assert sorted([*reported, *written]) == [f"s{one:07}" for one in range(count)]
    there = {f"s{one:07}" for one, row in rows if row.old not in {"", "-"}}
    assert overwrite or not there & set(written)
    assert {change.student for change in file.changes} == set(written)


def pick(number_: int, which: set[str]) -> dict[str, str]:
    return {name: value for name, value in all_ids(number_).items() if name in which}


@pytest.mark.slow
def test_files_are_the_same_each_time(people: dict[str, Person]) -> None:
    def contents() -> list[bytes]:
        made: list[File] = []
        for name in WITHOUT:
            made += BY_NAME[name].write(Export((item(50),), people))
        return [file.content for file in made]

    assert contents() == contents()
