"""Each `number` is tried with its answer in float32, which must be right, and with 0, which must not."""

from __future__ import annotations

from pathlib import Path

import pytest

NUMBER = """\
format: 1
title: One number
questions:
  - {{id: rate, kind: number, prompt: What, answer: {answer}, tolerance: {tolerance}, hints: [Divide.]}}
"""


def check(course, own: Path, answer: str, tolerance: str) -> tuple[int, str]:
    """Return what `course check` says of a course with this number."""
    text = NUMBER.format(answer=answer, tolerance=tolerance).replace(", tolerance: none", "")
    folder = own / "exercises" / "rate"
    folder.mkdir()
    (folder / "exercise.yaml").write_text(text)
    (own / "course.yaml").write_text('format: 1\ntitle: T\nseed: "1"\nexercises: [rate]\n')
    ran = course(own, "check", "rate")
    return ran.code, " ".join((ran.out + ran.err).split())


@pytest.mark.parametrize("answer", ["100 / 3", "5 / 10000000", "0", "16777217"])
def test_without_a_tolerance_both_are_as_they_have_to_be(course, own, answer):
    code, told = check(course, own, answer, "none")
    assert (code, "tolerance" in told) == (0, False), told


def test_a_tolerance_larger_than_the_answer_is_a_fault(course, own):
    code, told = check(course, own, "5 / 10000000", "0.000001")
    assert "The answer 0 counts as right in " in told
    assert "Leave 'tolerance' out, or make it smaller." in told
    assert code == 1


def test_a_tolerance_that_float32_misses_is_noted(course, own):
    code, told = check(course, own, "100 / 3", "0.000000001")
    assert "rate: The right answer, computed in float32, is wrong in " in told
    assert "Leave 'tolerance' out, or make it larger." in told
    assert code == 0
