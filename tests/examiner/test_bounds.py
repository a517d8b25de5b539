"""What is kept and shown of student code is bounded, whatever there is of it."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

from grader.course.paper import prepare
from grader.examiner import session as sessions
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.replies import MAX_LINES
from grader.examiner.report import Report
from grader.examiner.reporting import MAX_NOTES
from grader.examiner.submission import submission_of
from tests.examiner.conftest import Bench

SIMPLE = "def test_double(student):\n    assert student.double(1) == 2\n"
RAISES = "def double(x):\n    raise ValueError\n"
OFTEN = """
import torch

def test_once(student):
    assert student.double(torch.ones(100)).sum() == 200

def test_often(student):
    for _ in range(9):
        student.double(torch.ones(100))

def test_once_more(student):
    assert student.double(torch.ones(100)).sum() == 200
"""


def outcomes(report: Report) -> list[str]:
    return [check.outcome for check in report.questions[0].checks]


@pytest.mark.parametrize(("bound", "often"), [(9 * 400 - 1, "error"), (9 * 4000, "passed")])
def test_all_values_that_one_check_is_given_are_bounded_together(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, bound: int, often: str
) -> None:
    monkeypatch.setattr(sessions, "MAX_RECEIVED", bound)
    (report,) = bench(checks=OFTEN).grade("def double(x):\n    return 2 * x\n")
    assert outcomes(report) == ["passed", often, "passed"]


def test_too_many_values_cannot_be_caught_by_a_check(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_RECEIVED", 399)
    swallows = "import torch\n\ndef test_a(student):\n    try:\n        student.double(torch.ones(100))\n"
    (report,) = bench(checks=swallows + "    except Exception:\n        pass\n").grade(
        "def double(x): return x"
    )
    assert outcomes(report) == ["error"]


@pytest.mark.parametrize("count", [MAX_NOTES, MAX_NOTES + 1, 3 * MAX_NOTES])
def test_so_many_notes_and_no_more(bench: Callable[..., Bench], count: int) -> None:
    (report,) = bench(checks=SIMPLE).grade("1 / 0\n" * count)
    assert len(report.notes) == MAX_NOTES
    assert report.notes[-1].startswith(f"Line {MAX_NOTES} raised")


@pytest.mark.parametrize(
    ("before", "told"), [(MAX_LINES - 2, f"Line {MAX_LINES}"), (MAX_LINES - 1, "`double`")]
)
def test_a_line_far_down_says_nothing_about_a_hidden_input(
    bench: Callable[..., Bench], before: int, told: str
) -> None:
    (report,) = bench(checks=SIMPLE).grade("\n" * before + RAISES)
    assert report.questions[0].checks[0].message == f"{told} raised ValueError."


def test_lines_are_counted_over_all_cells(bench: Callable[..., Bench]) -> None:
    def messages(before: int) -> list[str]:
        notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
            cells=[nbformat.v4.new_code_cell(source) for source in ("#\n" * (before - 1) + "0", RAISES)]  # type: ignore[no-untyped-call]
        )
        tried = bench(checks=SIMPLE)
        sitting = prepare(tried.course().exercise("e"), None)
        file = submission_of("e.ipynb", nbformat.writes(notebook).encode())  # type: ignore[no-untyped-call]
        return with_suite(
            tried.course(),
            ["e"],
            lambda suite: [
                one.message for one in grade(sitting, file, tried.server, suite).report.questions[0].checks
            ],
        )

    assert messages(MAX_LINES - 2) == ["Line 2 of cell 2 from the top raised ValueError."]
    assert messages(MAX_LINES - 1) == ["`double` raised ValueError."]
