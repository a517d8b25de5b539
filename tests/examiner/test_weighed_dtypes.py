"""The shipped course: values decide, and one hidden check of each function checks the dtype."""

from __future__ import annotations

import sys

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.submission import submission_of
from grader.worker.isolation.way import Workers

FUNCTIONS = {
    "exercise-8": ["dot_convolve", "patches", "matmul_convolve", "convolve"],
    "exercise-10": ["one_by_one", "max_pool"],
}
OTHERWISE = "\n_right = {0}\n\ndef {0}(*given, **named):\n    return _right(*given, **named).to(torch.{1})\n"
ROUNDED = (
    "\n_right = {0}\n\ndef {0}(*given, **named):\n    return _right(*given, **named).round().to(torch.{1})\n"
)


@pytest.mark.parametrize(
    ("exercise", "function"), [(name, one) for name, ones in FUNCTIONS.items() for one in ones]
)
@pytest.mark.parametrize(
    ("change", "dtype", "right"),
    [(OTHERWISE, "float64", "float32"), (OTHERWISE, "float32", "float64"), (ROUNDED, "int64", "")],
    ids=["numpy's", "torch's own", "whole numbers"],
)
def test_another_dtype_costs_one_check(
    shipped: LoadedCourse,
    server: Workers,
    exercise: str,
    function: str,
    change: str,
    dtype: str,
    right: str,
) -> None:
    sitting = prepare(shipped.exercise(exercise), None)
    reference = (shipped.root / "exercises" / exercise / "reference.py").read_text(encoding="utf-8")
    submission = submission_of("e.py", (reference + change.format(function, dtype)).encode())
    outcome = with_suite(
        shipped, [exercise], lambda suite: grade(sitting, submission, server, suite, only=[function])
    )
    (question,) = outcome.report.questions
    wrong = [check for check in question.checks if check.outcome != "passed"]
    assert [(check.id, check.visible) for check in wrong] == [(f"test_{function}_double", False)]
    assert wrong[0].message.startswith(
        f"The values are right, but their dtype is not {right}."
        if right
        else "The shape is right, but not all values are."
    )
