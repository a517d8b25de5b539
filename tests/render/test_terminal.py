"""The page that a student reads: below a wrong answer, why it is wrong and the hint for it."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from grader.course.paper import prepare
from grader.examiner.report import QuestionReport, Report
from grader.render.terminal import report_page, total
from tests.course.building import HEAD, SIZE, exercise
from tests.questions.asking import ask

HINTS = ("Look at the first cell.", "Look at the [bold] last cell.")
MESSAGE = "You counted rows."


def two(first: str, second: str, score: float = 0.0) -> Report:
    """Return a report of two questions of 2 and 3 points."""
    told = {"kind": "number", "message": ""}
    questions = (
        QuestionReport.model_validate(told | {"id": "p", "outcome": first, "score": score, "points": 2}),
        QuestionReport.model_validate(told | {"id": "q", "outcome": second, "score": 0, "points": 3}),
    )
    return Report(exercise="e", student=None, score=score, points=5, isolation=(), questions=questions)


def page(hints: tuple[str, ...] = HINTS, **fields: Any) -> str:
    """Return the page about one question, as a student reads it."""
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
    assert "Stuck on q? Ask for a hint:  grade e --hint" in page()


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
        (("passed", "skipped"), 2, "2 of 2 points, 3 graded later"),
        (("ungraded", "unanswered"), 0, "0 of 3 points, 2 not graded"),
        (("ungraded", "unanswered"), 1.5, "0 of 3 points, 2 not graded"),  # what it earned does not count yet
        (("skipped", "skipped"), 0, "5 graded later"),
        (("skipped", "ungraded"), 0, "2 graded later, 3 not graded"),
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


@pytest.mark.parametrize(
    ("outcome", "score", "shown"),
    [
        ("failed", 1, "partly right"),
        ("error", 1, "partly right (error)"),
        ("timeout", 0.5, "partly right (too slow)"),
        ("memory", 1, "partly right (out of memory)"),
        ("crashed", 1, "partly right (crashed)"),
        ("failed", 0, "wrong"),
        ("error", 0, "error"),
        ("passed", 2, "right"),
        ("unanswered", 0, "not answered"),
        ("ungraded", 1, "not graded"),
    ],
)
def test_a_part_of_the_points_is_partly_right_and_none_is_not(outcome: str, score: float, shown: str) -> None:
    line = page(outcome=outcome, score=score).splitlines()[2]
    told = line.removeprefix("q").strip()
    assert told.startswith(f"{shown} ")
    assert ("partly" in line) == ("partly" in shown)


def check(outcome: str, message: str, number: int) -> dict[str, Any]:
    told = {"visible": False, "outcome": outcome, "score": 0, "points": 1, "message": message}
    return {"id": f"c{number}", "title": f"Check {number}.", **told}


def test_the_reason_of_a_check_is_given_once_in_a_row_and_not_again_under_the_question():
    checks = [
        check("failed", "Too small.", 1),  # as the question says
        check("failed", "Too large.", 2),
        check("failed", "Too large.", 3),
        check("passed", "", 4),
        check("failed", "Too small.", 5),
    ]
    shown = [line.strip() for line in page(kind="code", message="Too small.", checks=checks).splitlines()]
    first = shown.index("Too small.")
    assert shown[first + 1 : first + 8] == [
        "wrong: Check 1.",
        "wrong: Check 2.",
        "Too large.",
        "wrong: Check 3.",
        "right: Check 4.",
        "wrong: Check 5.",
        "Too small.",
    ]


def test_a_reason_that_only_begins_like_the_questions_own_is_shown():
    checks = [check("failed", "Too small by one.", 1), check("passed", "", 2)]
    shown = [line.strip() for line in page(kind="code", message="Too small.", checks=checks).splitlines()]
    assert "Too small by one." in shown
    checks = [check("failed", "Too small.", 1), check("passed", "", 2)]
    longer = page(kind="code", message="Too small by one.", checks=checks).splitlines()
    assert "Too small." not in [line.strip() for line in longer]


def test_checks_that_all_went_the_same_way_are_told_only_where_they_are_wrong():
    for outcome, shown in (("failed", True), ("error", False), ("passed", False)):
        checks = [check(outcome, "", 1), check(outcome, "", 2)]
        assert ("Check 1." in page(kind="code", outcome=outcome, message="", checks=checks)) == shown
