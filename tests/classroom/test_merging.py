"""Merging lists of people into a roster: nobody gets another's id, and variants stay."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.doubles import doubles
from grader.classroom.listing import read_listing
from grader.classroom.merging import Merged, merged
from grader.classroom.roster import read_roster
from grader.classroom.roster_file import write_roster
from grader.errors import GraderError, UsageFault
from grader.identity import Person
from grader.tables import table_text
from tests.people import known


def taken_in(folder: Path, text: str, *people: Person, **mapped: str) -> Merged:
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return merged({one.student: one for one in people}, [read_listing(file, mapped)])


CANVAS = "Student,ID,SIS Login ID,Section\n"


@pytest.mark.parametrize(
    ("people", "row", "ends"),
    [
        ((), '"L, Ada",17,ada,S', "new: ada"),
        ((known("ada", canvas_id="17"),), '"L, Ada",17,ada1,S', "changed: ada"),  # the name of the folder stays
        ((known("ada", "Ada L"),), '"L, Ada",17,alov,S', "changed: ada"),  # by the name, which is unique
        ((known("ada"),), '"L, Ada",17,ada,S', "changed: ada"),  # by the folder's name
        ((known("ada", "Eve X"),), '"L, Ada",17,ada,S', "left out: the student 'ada' already belongs to ada"),
        ((known("ada", canvas_id="18"),), '"L, Ada",17,ada,S', "left out: the student 'ada' already"),
        ((known("a", "Ada L"), known("b", "Ada L")), '"L, Ada",17,ada,S', "left out: it fits a and b"),
        ((known("a", canvas_id="17"), known("b", sis_login_id="ada")), '"L, Ada",17,ada,S',
         "left out: the sis_login_id 'ada' already belongs to b"),
        ((known("a", "Ada L", canvas_id="18"),), '"L, Ada",17,alov,S', "new: alov"),  # another Ada
        ((known("ADA", canvas_id="17", sis_login_id="ada"),), "=1+1,17,ada,S", "changed: ADA"),
    ],
)  # fmt: skip
def test_who_is_who(tmp_path: Path, people: tuple[Person, ...], row: str, ends: str) -> None:
    result = taken_in(tmp_path, f"{CANVAS}{row}\n", *people)
    said = [*(f"new: {one}" for one in result.new), *(f"changed: {one}" for one in result.changed)]
    said += [f"left out: {reason.rpartition(': ')[2]}" for reason in result.left_out]
    assert len(said) == 1
    assert said[0].startswith(ends)
    assert [one.student for one in people] == list(result.people)[: len(people)]


def test_rows_that_share_an_id_are_left_out_and_rows_for_each_group_are_one(tmp_path: Path) -> None:
    text = f"{CANVAS}A,17,a,S1\nA,17,a,S2\nB,18,b,S\nC,18,c,S\nD,19,d,S\n"
    result = taken_in(tmp_path, text)
    assert result.new == ["a", "d"]
    listing = read_listing(tmp_path / "list.csv")
    assert [reason.partition(": ")[2] for reason in listing.left_out] == [
        "several rows have the canvas_id '18'."
    ] * 2


def test_any_table_with_a_map(tmp_path: Path) -> None:
    text = "Naam;Inlog;Nr\nAda;ada;0017\n"
    result = taken_in(tmp_path, text, student="inlog", name="Naam", moodle_idnumber="Nr")
    assert result.people == {"ada": known("ada", "Ada", moodle_idnumber="0017")}


@pytest.mark.parametrize(
    ("text", "mapped", "sentence"),
    [
        ("Naam,Inlog\nA,a\n", {}, "not a list of people in a known form. Its columns are: Naam, Inlog"),
        ("Naam,Inlog\nA,a\n", {"student": "Login"}, "no column 'Login'"),
        ("Naam,Naam\nA,a\n", {"student": "naam"}, "two columns 'naam'"),
        ("Naam,Inlog\nA,a\n", {"studnt": "Inlog"}, "Did you mean 'student'"),
        ("Student,Score\n    Points Possible,10\nAda,5\n", {}, "holds names"),
        ("student,email,E-Mail\na,b,c\n", {}, "two columns 'email'"),
        ("", {}, "is empty"),
    ],
)
def test_a_table_that_is_not_clear(tmp_path: Path, text: str, mapped: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageFault, match=sentence):
        taken_in(tmp_path, text, **mapped)


@pytest.mark.parametrize("cell", ["1.7E+12", "17.0", "abc", "=17", "-17"])
def test_an_id_that_a_spreadsheet_changed_or_would_run_is_left_out(tmp_path: Path, cell: str) -> None:
    assert taken_in(tmp_path, f"{CANVAS}A,{cell},a,S\n").people == {}


def test_other_columns_and_rows_of_a_roster_stay(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("Full name;student;remark\nAda L;ada;tall\nBob;bob;\n", encoding="utf-8")
    people = {**read_roster(file).people, "cyd": known("cyd", canvas_id="7")}
    people["ada"] = known("ada", "Ada L", canvas_id="17")
    write_roster(file, people, ["bob"])
    assert file.read_text("utf-8").splitlines() == [
        "Full name,student,remark,canvas_id",
        "Ada L,ada,tall,17",
        ",cyd,,7",
    ]


def test_doubles_and_near_doubles() -> None:
    people = [
        known("a", "Ada Lovelace", "ada@x.org", canvas_id="17"),
        known("b", "Lovelace, Ada", canvas_id="0017"),
        known("c", "Bj\u00f6rn Andersson"),
        known("d", "Andersson Bjorn"),
        known("e", "Katherine Johnson"),
        known("f", "Catherine Jonson"),
        known("g", "Katherin Johnson", "ADA@y.org"),
        known("h", "Li Wu"),
        known("i", "Li Xu"),
    ]
    assert [(one, other) for one, other, _ in doubles(people)] == [
        ("a", "b"),
        ("c", "d"),
        ("a", "g"),
        ("e", "g"),
    ]


logins = st.sampled_from(
    ["ada", "Ada", "bob", "0017", "17", "b@x.org", "b@y.org", "a/b", "=1", "", "\u00e5sa"]
)
ids = st.sampled_from(["17", "18", "0017", "", "x", "-1"])
names = st.sampled_from(
    ["Ada L", "L, Ada", "Bob", "", "=1+1", "\u05e2\u05d3\u05d4", "\U0001f600", 'a"b,c\nd', "Ada  l"]
)
rows = st.lists(st.tuples(names, ids, ids, logins, st.just("S")), max_size=6)
HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@given(rows, rows)
@settings(deadline=None)
def test_whatever_is_imported_the_roster_can_be_read_and_nobody_changes_hands(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
) -> None:
    folder = tmp_path_factory.getbasetemp()
    roster, file = folder / "merged.csv", folder / "list.csv"
    roster.unlink(missing_ok=True)
    before: dict[str, Person] = {}
    for table in (first, second):
        file.write_text(table_text([HEADER, *table]), encoding="utf-8")
        listing = read_listing(file)
        result = merged(before, [listing])
        if result.people:
            write_roster(roster, result.people)
            assert read_roster(roster).people == result.people
        for student, person in before.items():
            assert {**person.lms_ids, **result.people[student].lms_ids} == result.people[student].lms_ids
        reported = len(listing.left_out) + len(result.left_out)
        assert len({one.line for one in listing.people}) + reported >= result.seen.__len__()
        before = result.people


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_no_file_brings_the_import_down(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    for start in (
        b"",
        b"student,name\n",
        b"PK\x03\x04",
        b"[[{",
        "Student,ID,SIS Login ID,Section\n".encode("utf-16"),
    ):
        file.write_bytes(start + content)
        with contextlib.suppress(GraderError):
            read_listing(file)
