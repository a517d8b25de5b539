"""Identity: with any roster, no mention is credited to somebody else."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.folding import folded
from grader.identity import (
    Mention,
    Person,
    decisive_id,
    exact_name,
    joined_names,
    loose_name,
    match,
)
from grader.lms import BY_NAME
from grader.lms.export import Entry, Export, Item
from tests.people import COLUMNS, ids_of, known

NAMES = st.sampled_from(
    ["Sam Same", "Same, Sam", "sam  SAME", "Ada Lovelace", "Jos\u00e9 N", "Jose\u0301 N", "Kim"]
)


def without(person: Person, columns: set[str]) -> Person:
    """Return a person without the ids in these columns of the roster."""
    ids = {column: value for column, value in person.lms_ids.items() if column.name not in columns}
    return replace(person, email="" if "email" in columns else person.email, lms_ids=ids)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Person], list[Person], list[Person]]:
    """Return people with all their ids; the roster, with some ids missing; and whom the LMS's file lists."""
    everybody = [
        known(
            f"s{number}",
            draw(NAMES),
            f"s{number}@example.org",
            canvas_id=f"{number + 10}",
            sis_user_id=f"u{number}",
            sis_login_id=f"l{number}",
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    kinds = st.sets(st.sampled_from(["email", "canvas_id", "sis_user_id", "sis_login_id"]))
    roster = [without(person, draw(kinds)) for person in everybody]
    listed = [person for person in everybody if draw(st.booleans())]
    return everybody, draw(st.permutations(roster)), draw(st.permutations(listed))


def written(
    form: str, roster: list[Person], header: list[str], table: list[list[str]], file: Path
) -> list[list[str]]:
    """Return what an export writes into the rows of a file of the LMS's; each student's score is their own number."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *table])
    file.write_text(stream.getvalue(), encoding="utf-8")
    entries = tuple(Entry(person.student, float(person.student[1:]) + 1, None) for person in roster)
    item = Item("ex-1", "One", 100, entries)
    [made] = BY_NAME[form].write(Export((item,), {person.student: person for person in roster}, file))
    assert made.rows + len(made.left_out) == len(entries)  # written or reported
    return list(csv.reader(io.StringIO(made.text, newline="")))[1:]


@given(worlds(), st.booleans())
@settings(deadline=None)
def test_no_score_is_written_into_another_student_s_row_of_moodle(
    tmp_path_factory: pytest.TempPathFactory, world: tuple[list[Person], ...], shows_email: bool
) -> None:
    _, roster, listed = world
    header = ["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Last modified (grade)"]
    table = [
        [
            f"Participant {person.student[1:]}",
            person.name,
            person.email if shows_email else "",
            "",
            "100",
            "-",
        ]
        for person in listed
    ]
    file = tmp_path_factory.getbasetemp() / "sheet.csv"
    rows = written("moodle", roster, header, table, file)
    assert all(float(score) == float(who.split()[1]) + 1 for who, score, _ in rows)
    assert len({row[0] for row in rows}) == len(rows)


@given(worlds(), st.sets(st.integers(1, 3)))
@settings(deadline=None)
def test_no_score_is_written_into_another_student_s_row_of_canvas(
    tmp_path_factory: pytest.TempPathFactory, world: tuple[list[Person], ...], hidden: set[int]
) -> None:
    _, roster, listed = world
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ex-1 One (5)"]
    table = [["    Points Possible", "", "", "", "", "100"]]
    for person in listed:
        ids = [person.ids[COLUMNS[name]] for name in ("canvas_id", "sis_user_id", "sis_login_id")]
        cells = [person.name, *ids, "S", ""]
        table.append([("" if index in hidden else cell) for index, cell in enumerate(cells)])
    numbers = {tuple(row[:4]): person.student for row, person in zip(table[1:], listed, strict=True)}
    file = tmp_path_factory.getbasetemp() / "gradebook.csv"
    for row in written("canvas", roster, header, table, file)[1:]:
        if hidden != {1, 2, 3}:
            assert float(row[-1]) == float(numbers[tuple(row[:4])][1:]) + 1


@given(
    worlds(), st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "canvas_id", "email"])), max_size=6)
)
@settings(deadline=None)
def test_matches_are_one_to_one_and_contradict_no_id(
    world: tuple[list[Person], ...], picks: list[tuple[int, str]]
) -> None:
    everybody, roster, _ = world
    mentions: list[Mention] = []
    for number, kind in picks:
        person = everybody[number % len(everybody)]
        ids = {COLUMNS[kind]: person.ids[COLUMNS[kind]]} if kind else {}
        mentions.append(Mention(f"m{len(mentions)}", ids, person.name))
    found = match(mentions, roster)
    people = {person.student: person for person in roster}
    assert len(set(found.students.values())) == len(found.students)
    assert set(found.students) | set(found.reasons) == set(range(len(mentions)))
    for number, student in found.students.items():
        mention, person = mentions[number], people[student]
        decisive = decisive_id(mention, person)
        if decisive is None:
            assert exact_name(mention.name) == exact_name(person.name)
        else:
            assert mention.ids[decisive] == person.ids[decisive]
    for number, possible in found.doubtful.items():
        truth = everybody[picks[number][0] % len(everybody)].student
        assert truth in possible or truth in found.students.values()


@given(st.text(max_size=12))
def test_names_are_compared_in_any_form(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC"):
        assert folded(unicodedata.normalize(form, name)) == folded(name)
        assert exact_name(unicodedata.normalize(form, name)) == exact_name(name)
        assert joined_names(unicodedata.normalize(form, name)) == joined_names(name)


def test_names_that_differ_in_their_vowels_alone_stay_apart() -> None:
    assert loose_name("\u0915\u093f") != loose_name("\u0915\u093e")
    assert loose_name("\u00c5sa \u00d8") == loose_name("\u00f8 ASA")


def test_an_exact_name_comes_before_a_loose_one() -> None:
    people = [Person("ali", "Ali Hassan"), Person("has", "Hassan, Ali"), Person("jan", "Jan Muller")]
    mentions = [
        Mention("1", {}, "Hassan Ali"),
        Mention("2", {}, "Jan M\u00fcller"),
        Mention("3", {}, "Anna Lee"),
    ]
    found = match(mentions, [*people, Person("ann", "Ann Alee")], loosely=True)
    assert found.students == {1: "jan"}  # Ali Hassan is both of two
    assert (set(found.inexact), found.reasons[2]) == ({1}, "it fits nobody in the roster")
    assert match(mentions, people).students == {}
    one_each = [Person("ali", "Ali Hassan"), Person("has", "Hassan Ali")]
    pair = [Mention("1", {}, "Hassan Ali"), Mention("2", {}, "Ali Hassan")]
    assert match(pair, one_each, loosely=True).students == {0: "has", 1: "ali"}


def test_a_mention_with_an_id_wins_over_one_with_the_name_alone() -> None:
    mentions = [Mention("first", {}, "Ada"), Mention("second", ids_of(canvas_id="1"), "Ada")]
    found = match(mentions, [known("ada", "Ada", canvas_id="1")])
    assert found.students == {1: "ada"}
    assert found.reasons == {0: "only the name fits ada, but second fits better"}


def test_an_id_that_differs_ends_the_search_for_weaker_ids_and_names() -> None:
    ada = known("ada", "Ada", canvas_id="1", sis_login_id="ada")
    weaker = Mention("m", ids_of(canvas_id="2", sis_login_id="ada"))
    namesake = Mention("n", ids_of(canvas_id="2"), "Ada")
    for mention in (weaker, namesake):
        assert match([mention], [ada], loosely=True).students == {}


def test_who_has_a_mention_for_certain_is_in_no_dispute() -> None:
    people = [known("ada", "Ada L", canvas_id="1"), known("bob", "Bob M", canvas_id="2")]
    mentions = [
        Mention("first", ids_of(canvas_id="1")),
        Mention("second", name="Ada L"),  # fits less well than the first
        Mention("third", ids_of(canvas_id="2")),
        Mention("fourth", ids_of(canvas_id="2")),
    ]
    found = match(mentions, people)
    assert found.students == {0: "ada"}
    assert found.disputed.keys() == {"bob"}
    assert found.disputed["bob"] == "fourth and third all fit bob"
    assert found.reasons[1] == "only the name fits ada, but first fits better"
