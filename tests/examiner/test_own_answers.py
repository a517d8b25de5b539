"""Questions that build on earlier ones are graded with the student's own earlier answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.fingerprint import fingerprints
from grader.course.paper import prepare
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.proof.chains import faults_of_chains
from grader.worker.isolation.way import Workers
from tests.course.building import HEAD, exercise, faults

STEP = (
    HEAD
    + """
params: {rise: [12], run: [4], lr: [0.5]}
questions:
- id: slope
  kind: number
  prompt: How steep?
  answer: rise / run
  misconceptions:
    upside_down: {answer: run / rise, message: You divided the other way.}
    none_at_all: {answer: rise - rise, message: You subtracted it from itself.}
- id: step
  kind: number
  prompt: How far?
  answer: given.slope * lr
  misconceptions:
    divided: {answer: given.slope / lr, message: You divided by the rate.}
- id: twice
  kind: number
  prompt: How far in two?
  answer: 2 * given.step
"""
)


def graded(folder: Path, server: Workers, text: str) -> Report:
    """Return the report of a file."""
    sitting = prepare(exercise(folder, STEP), None)
    return grade(sitting, submission_of("step.py", text.encode()), server, None).report


@pytest.mark.parametrize(
    ("slope", "step", "twice", "scores"),
    [
        ("3", "1.5", "3", [1, 1, 1]),
        ("4 / 12", "4 / 24", "4 / 12", [0, 1, 1]),  # consistent with the student's own slope
        ("4 / 12", "1.5", "3", [0, 1, 1]),  # a right answer is right
        ("4 / 12", "4 / 6", "8 / 6", [0, 0, 1]),
        ("7", "3.5", "7", [0, 0, 0]),  # nothing leads to this slope
        ("0", "0", "0", [0, 0, 0]),  # a misconception leads to it, but everything is easy with it
        ("float('inf')", "float('inf')", "float('inf')", [0, 0, 0]),
        ("float('nan')", "float('nan')", "0", [0, 0, 0]),
        ("...", "1.5", "3", [0, 1, 1]),
        ("True", "0.5", "1", [0, 0, 0]),
    ],
)
def test_the_students_own_answer_counts(
    tmp_path: Path, server: Workers, slope: str, step: str, twice: str, scores: list[int]
) -> None:
    report = graded(tmp_path, server, f"slope = {slope}\nstep = {step}\ntwice = {twice}\n")
    assert [one.score for one in report.questions] == scores


def test_the_report_says_so(tmp_path: Path, server: Workers) -> None:
    _, step, twice = graded(tmp_path, server, "slope = 4 / 12\nstep = 4 / 6\ntwice = 8 / 6\n").questions
    assert step.misconception == "divided"
    assert step.message == "You divided by the rate. It was graded with your own slope."
    assert twice.message == "It was graded with your own step."


def test_a_later_question_is_no_name(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, STEP.replace("answer: rise / run", "answer: given.step / run"))
    assert "questions[0].answer: 'given.step' is not the answer to an earlier number question." in fault


def test_no_other_attribute_is_a_formula(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, STEP.replace("answer: rise / run", "answer: rise.real / run"))
    assert "uses Attribute, which formulas do not allow" in fault


def test_what_decides_the_earlier_question_decides_the_later_one(tmp_path: Path) -> None:
    before = fingerprints(exercise(tmp_path, STEP))
    after = fingerprints(exercise(tmp_path, STEP.replace("answer: run / rise,", "answer: rise * run,")))
    assert {id_ for id_ in after if after[id_] != before[id_]} == {"slope", "step", "twice"}


def test_an_earlier_misconception_with_which_it_cannot_be_computed_is_a_fault(tmp_path: Path) -> None:
    one = exercise(tmp_path, STEP.replace("given.slope * lr", "lr / (given.slope - 4 / 12)"))
    [fault, *_] = faults_of_chains(one, prepare(one, None))
    assert (
        "questions[1].answer: With 'upside_down' as the answer to slope, this question cannot be graded: A formula cannot"
        in str(fault)
    )
    good = exercise(tmp_path, STEP)
    assert not list(faults_of_chains(good, prepare(good, None)))
