"""`course report`, as an instructor types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.course.loading import load_course
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import RIGHT, Small, new_class
from tests.conftest import Run

SIX = "{id: five, kind: number, prompt: Say five., answer: '5', misconceptions: {one-too-many: {answer: '6', message: Count again.}}}"
SEVEN = "answer: N, misconceptions: {one-too-many: {answer: N + 1, message: Count again.}}"


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada is right, bob counts one too many everywhere, cyd can only count, dan handed in nothing but names."""
    made = new_class(tmp_path_factory.mktemp("reported"))
    made.replace(
        "exercises/ex-1/exercise.yaml", '{id: five, kind: number, prompt: Say five., answer: "5"}', SIX
    )
    made.replace("exercises/ex-2/exercise.yaml", "answer: N", SEVEN)
    made.hand_in("ada")
    made.hand_in("bob", RIGHT.replace("five = 5", "five = 6").replace("2 * x", "x"))
    made.hand_in("bob", "seven = 8\n", "ex-2")
    made.hand_in("cyd", "five = 5\n")
    made.hand_in("dan", RIGHT.replace("five = 5", "five = 6").replace("2 * x", "x"))
    course = load_course(made.root)
    with Gradebook(course.record.gradebook, made.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        assert list(run.look(Collected([made.root / "S"], course.record.exercises, None))) == []
        assert len(list(run.run())) == 5
    return made.root


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Small:
    return Small(Path(shutil.copytree(graded_once, tmp_path / "graded")))


def document(course: Run, small: Small, *arguments: str) -> Any:
    ran = course(small.root, "report", "--json", *arguments)
    assert ran.code == 0, ran.err
    return json.loads(ran.out, parse_constant=pytest.fail)


def test_the_document_says_what_the_class_answered(course: Run, graded: Small) -> None:
    found = document(course, graded)
    assert (found["format"], [one["exercise"] for one in found["exercises"]]) == (1, ["ex-1", "ex-2"])
    five, double, triple = found["exercises"][0]["questions"]
    assert five == {
        "id": "five",
        "kind": "number",
        "points": 1,
        "is_current": True,
        "students": 4,
        "graded": 4,
        "answered": 4,
        "facility": 0.5,
        "discrimination": 0.0,
        "outcomes": {"passed": 2, "failed": 2},
        "misconceptions": {"one-too-many": 2},
        "idle_checks": [],
    }
    assert (double["answered"], double["facility"], double["discrimination"]) == (
        3,
        0.25,
        1.0,
    )  # rest: 1, .5, .5, .5
    assert double["outcomes"] == {"passed": 1, "failed": 2, "unanswered": 1}
    assert triple["idle_checks"] == [{"id": "test_triple", "passed_by": "all", "graded": 3}]
    assert found["students"] == {
        "bob": {"one-too-many": ["ex-1.five", "ex-2.seven"]},
        "dan": {"one-too-many": ["ex-1.five"]},
    }
    assert list(found["students"]) == ["bob", "dan"]


def test_the_page_fits_a_terminal(course: Run, graded: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = course(graded.root, "report")
    assert ran.code == 0
    assert all(cell_len(line) <= 80 for line in ran.out.splitlines())
    assert "ex-1: 4 students" in ran.out
    assert "triple: checks with one result for all, passed by all: test_triple" in ran.out
    assert ran.out.index("\nbob ") < ran.out.index("\ndan ")
    assert "…" not in ran.out


def test_one_exercise_alone(course: Run, graded: Small) -> None:
    found = document(course, graded, "ex-2")
    assert [one["exercise"] for one in found["exercises"]] == ["ex-2"]
    assert found["students"] == {"bob": {"one-too-many": ["ex-2.seven"]}}
    assert document(course, graded, "ex-2", "ex-1", "ex-2") == document(course, graded)


def test_a_question_that_was_renamed_since(course: Run, graded: Small) -> None:
    graded.replace("exercises/ex-1/exercise.yaml", "id: five", "id: cinq")
    questions = document(course, graded, "ex-1")["exercises"][0]["questions"]
    assert [(one["id"], one["is_current"], one["students"]) for one in questions] == [
        ("cinq", True, 0),
        ("double", True, 4),
        ("triple", True, 4),
        ("five", False, 4),
    ]
    assert questions[0]["facility"] is None
    assert questions[3]["misconceptions"] == {"one-too-many": 2}
    out = " ".join(course(graded.root, "report", "ex-1").out.split())
    assert "no longer asked" in out


def test_what_could_not_be_graded_is_no_zero(course: Run, graded: Small) -> None:
    old, new = '"outcome":"unanswered"', '"outcome":"ungraded"'
    graded.execute(f"update report set document = replace(document, '{old}', '{new}')")
    double = document(course, graded, "ex-1")["exercises"][0]["questions"][1]
    assert (double["students"], double["graded"], double["facility"]) == (4, 3, 0.3333)


def test_the_last_attempt_counts(course: Run, graded: Small) -> None:
    graded.hand_in("dan")
    assert course(graded.root, "grade", "S").code == 0
    found = document(course, graded, "ex-1")
    assert found["exercises"][0]["students"] == 4
    assert found["exercises"][0]["questions"][0]["facility"] == 0.75
    assert list(found["students"]) == ["bob"]


def test_without_reports_there_is_nothing_to_say(course: Run, tmp_path: Path) -> None:
    made = new_class(tmp_path)
    ran = course(made.root, "report", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "There are no reports. Run: course grade SUBMISSIONS\n"


def test_an_exercise_that_nobody_handed_in(course: Run, graded: Small) -> None:
    graded.execute(
        "delete from report where submission_id in (select id from submission where exercise = 'ex-2')"
    )
    ran = course(graded.root, "report", "ex-1", "ex-2", "--json")
    assert (ran.code, ran.err) == (0, "Nobody has handed in ex-2 yet.\n")
    assert course(graded.root, "report", "ex-2").code == 2


def test_an_exercise_that_is_not_there(course: Run, graded: Small) -> None:
    ran = course(graded.root, "report", "ex-3")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("There is no exercise 'ex-3'. Did you mean 'ex-")
