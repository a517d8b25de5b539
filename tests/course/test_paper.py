"""Limits on a paper: an exercise's, and those of a question's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.paper import prepare
from tests.course.building import CHECKS, HEAD, exercise

FUNCTIONS = "".join(f"def {name}(x):\n    return x\n\n\n" for name in "fgh")
LIMITED = (
    HEAD
    + "limits: {seconds: 9}\nquestions:\n"
    + (
        "- {id: f, kind: code, prompt: P, signature: (x), limits: {seconds: 40, memory_mib: 77}}\n"
        "- {id: g, kind: code, prompt: P, signature: (x), limits: {seconds: 2}}\n"
        "- {id: h, kind: code, prompt: P, signature: (x)}\n"
    )
)


@pytest.mark.parametrize(("seconds", "expected"), [(50.0, [50, 50, 50, None]), (1.0, [1, 1, 1, None])])
def test_a_call_may_take_so_long_also_where_a_question_has_limits_of_its_own(
    tmp_path: Path, seconds: float, expected: list[float | None]
) -> None:
    sitting = prepare(exercise(tmp_path, LIMITED, reference_py=FUNCTIONS, checks_py=CHECKS), None)
    paper = sitting.paced(seconds).paper
    limits = [question.limits for question in paper.questions]
    assert [paper.limits.seconds, *(own.seconds if own else None for own in limits)] == expected
    assert limits[0] is not None
    assert limits[0].memory_mib == 77
    assert sitting.paper.limits.seconds == 9  # a copy was made
