"""The page that a student reads: under a wrong answer why it is wrong, and the hint that goes with it."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from grader.course.paper import prepare
from grader.examiner.report import QuestionReport, Report
from grader.report.terminal import report_page
from tests.course.building import HEAD, SIZE, exercise
from tests.questions.asking import ask

HINTS = ("Look at the first cell.", "Look at the [bold] last cell.")
MESSAGE = "You counted rows."


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
