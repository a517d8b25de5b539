"""Questions that a person marks: neither zero nor ungraded, in every command that shows or sums scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.classroom.conftest import Small, new_class
from tests.conftest import Copy, Run

ESSAY = """
format: 1
title: An essay
questions:
  - id: why
    kind: manual
    points: 2
    prompt: Why does a step that is too large diverge?
    rubric: [{points: 2, text: It jumps over the minimum.}]
    example: It jumps over the minimum.
    hints: [Draw a parabola.]
  - {id: five, kind: number, prompt: Say five., answer: "5", hints: [After four.]}
"""
ANSWER = 'why = "It jumps, \\"outcome\\":\\"pending\\", over the minimum."\nfive = 5\n'


@pytest.fixture
def essays(copied: Copy, course: Run) -> Small:
    """Return a class in which ada wrote, bob did not, and cyd said something about outcomes elsewhere."""

    def graded(root: Path) -> None:
        small = new_class(root)
        small.write("exercises/ex-2/exercise.yaml", ESSAY)
        small.hand_in("ada", ANSWER, "ex-2")
        small.hand_in("bob", "why = ...\nfive = 5\n", "ex-2")
        small.hand_in("cyd", 'why = ...\nfive = \'"outcome":"pending"\'\n', "ex-2")
        ran = course(small.root, "grade", "S", "--exercise", "ex-2")
        assert "1 not complete: a person still has to mark a part of each." in ran.out

    return Small(copied(graded))


def test_a_stub_says_how_many_words_are_asked_for(essays: Small, course: Run) -> None:
    essays.replace("exercises/ex-2/exercise.yaml", "points: 2\n", "points: 2\n    least_words: 8\n")
    assert course(essays.root, "generate", "handout").code == 0
    stub = (essays.root / "handout" / "ex-2.py").read_text(encoding="utf-8")
    assert "Write at least 8 words in triple quotes" in " ".join(stub.replace("#", "").split())


def test_a_pending_submission_has_no_final_score_and_keeps_its_text(essays: Small, course: Run) -> None:
    scores = [json.loads(line) for line in course(essays.root, "scores", "--json").out.splitlines()]
    assert [
        (one["student"], one["raw"], one["final"], one["is_pending"], one["is_graded"]) for one in scores
    ] == [
        ("ada", 1, None, True, True),
        ("bob", 1, 1, False, True),
        ("cyd", 0, 0, False, True),
    ]
    told = " ".join(course(essays.root, "scores").out.split())
    assert "not complete: a person still has to mark a part" in told

    ran = course(essays.root, "export", "csv")
    assert "left out: ex-2, because a person still has to mark 1 submission." in ran.err
    assert ran.code == 1
    assert not (essays.root / "exports" / "scores.csv").exists()

    ran = course(essays.root, "export", "csv", "--partial")
    assert "ada: ex-2 is not complete: a person still has to mark a part of it" in ran.err
    assert ran.code == 1
    exported = (essays.root / "exports" / "scores.csv").read_text(encoding="utf-8")
    assert "bob" in exported and "ada" not in exported

    (document,) = essays.rows(
        "select document from report join submission on submission.id = submission_id where student = 'ada'"
    )[0]
    question = json.loads(document)["questions"][0]
    assert question["answer"] == 'It jumps, "outcome":"pending", over the minimum.'
    assert (question["outcome"], question["score"], question["points"]) == ("pending", 0, 2)


@pytest.mark.slow
def test_it_is_not_run_again_and_counts_as_an_attempt(essays: Small, course: Run) -> None:
    assert "3 unchanged, not run again." in course(essays.root, "grade", "S", "--exercise", "ex-2").out
    essays.hand_in("ada", ANSWER.replace("minimum", "valley"), "ex-2")
    course(essays.root, "grade", "S", "--exercise", "ex-2")
    (ada, *_) = [json.loads(line) for line in course(essays.root, "scores", "--json").out.splitlines()]
    assert ada["rules"] == ["attempt 2 of 2"]
    assert ada["is_pending"]


@pytest.mark.slow
def test_a_score_set_by_hand_is_final(essays: Small, course: Run) -> None:
    course(essays.root, "override", "ada", "ex-2", "--score", "3", "--reason", "read")
    (ada, *_) = [json.loads(line) for line in course(essays.root, "scores", "--json").out.splitlines()]
    assert (ada["final"], ada["is_pending"]) == (3, False)


@pytest.mark.slow
def test_a_course_is_checked_and_reported_with_it(essays: Small, course: Run) -> None:
    checked = course(essays.root, "check", "ex-2")
    assert checked.code == 0, checked.out
    report = course(essays.root, "report", "--html", "class.html")
    assert report.code == 0, report.err


@pytest.mark.slow
def test_a_student_reads_that_a_person_marks_it(essays: Small, course: Run, grade: Run) -> None:
    course(essays.root, "generate", "H")
    (file,) = essays.root.glob("H/**/ex-2.py")
    text = file.read_text(encoding="utf-8")
    assert "Write your text in triple quotes" in text
    file.write_text(ANSWER, encoding="utf-8")
    told = " ".join(grade(file.parent, "ex-2").out.split())
    assert "marked by a person" in told
    assert "1 of 1 point, 2 marked by a person" in told
