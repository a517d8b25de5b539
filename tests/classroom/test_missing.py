"""`course scores --missing`: who handed in nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.classroom.conftest import COURSE, Small, new_class
from tests.conftest import Copy, Run

ROSTER = "student,name,email,section\nada,Ada L.,ada@example.org,A\nbob,Bob,bob@example.org,B\ncyd,Cyd,,B\n"


@pytest.fixture
def graded(copied: Copy, course: Run) -> Small:
    """Ada handed in one exercise; cyd is excused from it."""

    def make(root: Path) -> None:
        small = new_class(root)
        small.write("course.yaml", f"{COURSE}rules: {{excused: [{{student: cyd, exercise: ex-1}}]}}\n")
        small.write("roster.csv", ROSTER)
        small.hand_in("ada")
        course(small.root, "grade", "S")

    return Small(copied(make))


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
        (("--section", "A"), "Use --section with --missing, and --roster with --missing or --total."),
        (("--missing", "--roster", "nobody.csv"), "nobody.csv"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(graded, course, arguments, said):
    ran = course(graded.root, "scores", *arguments)
    assert (ran.code, said in ran.err) == (2, True)


def test_a_stub_in_the_other_format_is_no_second_file(own: Path, tmp_path: Path, course: Run) -> None:
    for form in ("python", "notebook"):
        course(own, "generate", tmp_path / form, "--format", form)
    stubs = [tmp_path / "python" / "exercise-1.py", tmp_path / "notebook" / "exercise-1.ipynb"]
    texts = [stub.read_text(encoding="utf-8") for stub in stubs]
    right = [text.replace("size = ...", "size = 3") for text in texts]
    for student, files in {
        "ada": [right[0], texts[1]],
        "bob": [texts[0], right[1]],
        "cyd": texts,
        "dan": right,
    }.items():
        (own / "S" / student).mkdir(parents=True)
        for stub, text in zip(stubs, files, strict=True):
            (own / "S" / student / stub.name).write_text(text, encoding="utf-8")
    ran = course(own, "grade", "S", "--json")
    told = [json.loads(line) for line in ran.out.splitlines()]
    outcomes = {one["student"]: {question["outcome"] for question in one["questions"]} for one in told}
    assert outcomes == {"ada": {"passed"}, "bob": {"passed"}, "cyd": {"unanswered"}, "dan": {"ungraded"}}
    assert "ada: exercise-1.ipynb is an untouched stub, and does not count" in ran.err
