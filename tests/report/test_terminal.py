"""The page that a student reads: under a wrong answer why it is wrong, and the hint that goes with it."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from grader.course.paper import prepare
from grader.examiner.report import QuestionReport, Report
from grader.report.terminal import report_page, total
from tests.course.building import HEAD, SIZE, exercise
from tests.questions.asking import ask

HINTS = ("Look at the first cell.", "Look at the [bold] last cell.")
MESSAGE = "You counted rows."


def two(first: str, second: str, score: float = 0.0) -> Report:
    """A report of two questions of 2 and 3 points."""
    told = {"kind": "number", "message": ""}
    questions = (
        QuestionReport.model_validate(told | {"id": "p", "outcome": first, "score": score, "points": 2}),
        QuestionReport.model_validate(told | {"id": "q", "outcome": second, "score": 0, "points": 3}),
    )
    return Report(exercise="e", student=None, score=score, points=5, isolation=(), questions=questions)


def page(hints: tuple[str, ...] = HINTS, **fields: Any) -> str:
    """The page about one question, as a student reads it."""
    told = {"id": "q", "kind": "number", "outcome": "failed", "score": 0, "points": 2, "message": MESSAGE}
    question = QuestionReport.model_validate(told | fields)
    report = Report(exercise="e", student=None, score=0, points=2, isolation=(), questions=(question,))
    console = Console(width=80, highlight=False)
    with console.capture() as captured:
        console.print(report_page(report, "Rows", {"q": hints}))
    return captured.get()


def test_the_hint_of_a_misconception_stands_under_its_message():
    lines = [line.strip() for line in page(hint=2, misconception="rows").splitlines()]
    assert lines[lines.index(MESSAGE) + 1] == "Hint: Look at the [bold] last cell."
    assert not any(HINTS[0] in line for line in lines)


def test_without_a_misconception_no_hint_is_given_unasked():
    assert "Hint: " not in page()
    assert "Stuck at q? Ask for a hint:  grade e --hint" in page()


def test_a_hint_that_is_gone_is_not_shown():
    shown = page(hints=HINTS[:1], hint=2, misconception="rows")
    assert MESSAGE in shown
    assert "Hint: " not in shown


def test_the_hint_comes_from_the_misconception_and_from_it_alone():
    wrong = {
        "rows": {"answer": "M", "message": MESSAGE, "hint": 2},
        "same": {"answer": "K", "message": "No.", "hint": 1},
        "also": {"answer": "K", "message": "No.", "hint": 2},
        "none": {"answer": "S", "message": "No."},
    }
    asked = ask("number", answer="M * K", misconceptions=wrong, hints=list(HINTS))
    found = [(mark.misconception, mark.hint) for mark in map(asked.mark, (7, 3, 2, 99, 21))]
    assert found == [("rows", 2), (None, None), ("none", None), (None, None), (None, None)]


def test_a_hint_says_the_values_of_the_variant(tmp_path):
    text = HEAD + "params: {M: 4}\nquestions:\n" + SIZE + "  hints: ['From {{ M }}.']\n"
    posed = prepare(exercise(tmp_path, text), None).paper.questions[0]
    assert "Hint: From 4." in page(hints=posed.hints, hint=1, misconception="rows")


@pytest.mark.parametrize(
    ("outcomes", "score", "shown"),
    [
        (("passed", "failed"), 2, "2 of 5 points"),
        (("passed", "skipped"), 2, "2 of 2 points, 3 judged later"),
        (("ungraded", "unanswered"), 0, "0 of 3 points, 2 not graded"),
        (("ungraded", "unanswered"), 1.5, "0 of 3 points, 2 not graded"),  # what it earned does not count yet
        (("skipped", "skipped"), 0, "5 judged later"),
        (("skipped", "ungraded"), 0, "2 judged later, 3 not graded"),
    ],
)
def test_points_that_nobody_has_judged_are_not_counted_as_lost(
    outcomes: tuple[str, str], score: float, shown: str
) -> None:
    assert total(two(*outcomes, score)) == shown


def test_a_question_that_is_judged_later_shows_its_points_alone():
    assert "0 of" not in page(outcome="skipped")
    assert "2 points" in page(outcome="skipped").splitlines()[2]


def test_a_long_title_stands_in_one_line():
    console = Console(width=80, highlight=False)
    with console.capture() as captured:
        console.print(
            report_page(two("passed", "failed", 2), "A title of some forty-four letters, or more", {})
        )
    first = captured.get().splitlines()[0]
    assert first.split("  ")[0] == "e: A title of some forty-four letters, or more"
    assert first.endswith("  2 of 5 points")
