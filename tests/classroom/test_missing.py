"""`course scores --missing`: who handed in nothing."""

from __future__ import annotations

import json

import pytest

from tests.classroom.conftest import COURSE, Small
from tests.conftest import Run

ROSTER = "student,name,email,section\nada,Ada L.,ada@example.org,A\nbob,Bob,bob@example.org,B\ncyd,Cyd,,B\n"


@pytest.fixture
def graded(small: Small, course: Run) -> Small:
    """Ada handed in one exercise; cyd is excused from it."""
    small.write("course.yaml", f"{COURSE}rules: {{excused: [{{student: cyd, exercise: ex-1}}]}}\n")
    small.write("roster.csv", ROSTER)
    small.hand_in("ada")
    course(small.root, "grade", "S")
    return small


def test_who_handed_in_nothing_is_listed_with_email_addresses(graded, course):
    ran = course(graded.root, "scores", "--missing")
    assert (ran.code, ran.out) == (0, "ex-1  bob  Bob  bob@example.org  B\n")
    lines = [
        json.loads(line) for line in course(graded.root, "scores", "--missing", "--json").out.splitlines()
    ]
    told = {"exercise": "ex-1", "student": "bob", "name": "Bob", "email": "bob@example.org", "section": "B"}
    assert lines == [told]


def test_an_exercise_that_nobody_handed_in_is_listed_only_if_it_is_named(graded, course):
    ran = course(graded.root, "scores", "--missing", "--exercise", "ex-2")
    assert [line.split()[:2] for line in ran.out.splitlines()] == [
        ["ex-2", name] for name in ("ada", "bob", "cyd")
    ]


def test_a_section(graded, course):
    ran = course(graded.root, "scores", "--missing", "--section", "A")
    assert (ran.code, ran.out, ran.err) == (0, "", "Everybody has handed in.\n")
    unknown = course(graded.root, "scores", "--missing", "--section", "C")
    assert (unknown.code, "The roster has no section 'C'. It has: A, B." in unknown.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--missing", "ada"), "--missing lists the whole roster."),
        (("--section", "A"), "Use --section and --roster with --missing."),
        (("--missing", "--roster", "nobody.csv"), "nobody.csv"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(graded, course, arguments, said):
    ran = course(graded.root, "scores", *arguments)
    assert (ran.code, said in ran.err) == (2, True)
