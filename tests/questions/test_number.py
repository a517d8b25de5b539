"""`number`: a formula, a tolerance, and the misconceptions of the author."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from grader.language.expressions import ExpressionError
from tests.questions.asking import Shaped, Squarish, Thing, ask

SEVEN_THIRDS = ask(
    "number",
    answer="M / K",
    tolerance=0.01,
    misconceptions={
        "floored": {"answer": "M // K", "message": "You rounded {{ M }} / {{ K }} down."},
        "inverted": {"answer": "K / M", "message": "Upside down."},
        "also-inverted": {"answer": "K / M + 0.001", "message": "Upside down, too."},
        "no-number": {"answer": "[M, K]", "message": "A list."},
    },
)
COUNT = ask("number", answer="M * K")


@pytest.mark.parametrize(
    "answer",
    [
        7 / 3,
        2.33,
        np.float64(2.34),
        np.array(7 / 3),
        torch.tensor(7 / 3),
        torch.tensor(2.33, dtype=torch.bfloat16),
    ],
)
def test_right_answers(answer):
    assert SEVEN_THIRDS.mark(answer).outcome == "passed"


@pytest.mark.parametrize("answer", [21, 21.0, 21 + 5e-7, np.array(21), torch.tensor(21)])
def test_a_whole_number(answer):
    assert COUNT.mark(answer).outcome == "passed"
    assert COUNT.key.solution == "q = 21"
    assert COUNT.mark_solution().outcome == "passed"


@pytest.mark.parametrize(
    ("answer", "misconception", "message"),
    [
        (2, "floored", "You rounded 7 / 3 down."),
        (2.008, "floored", "You rounded 7 / 3 down."),
        (3 / 7, None, "There are two possible reasons. First: Upside down. Second: Upside down, too."),
        (2.345, None, "2.345 is not the right number."),
        (-(10**300), None, "-1e+300 is not the right number."),
    ],
)
def test_wrong_answers(answer, misconception, message):
    mark = SEVEN_THIRDS.mark(answer)
    assert (mark.outcome, mark.share, mark.misconception, mark.message) == (
        "failed",
        0.0,
        misconception,
        message,
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "21",
        True,
        [],
        [21, 21],
        {21, 22},
        {},
        float("nan"),
        float("-inf"),
        torch.tensor(float("nan")),
        torch.tensor([21, 21]),
        np.array([[21.0], [21.0]]),
        21 + 0j,
        torch.tensor(1j),
        torch.tensor(True),
        b"21",
        ...,
        Thing(),
        Shaped(),
        Squarish(),
        10**400,
    ],
)
def test_malformed_answers(answer):
    assert COUNT.refuse(answer).startswith("`q` is ")


@pytest.mark.parametrize("formula", ["image", "'text'", "True", "1e308 * 10", "M / 0", "K > 2"])
def test_answers_that_are_no_number(formula):
    with pytest.raises(ExpressionError):
        ask("number", answer=formula)


def test_without_a_tolerance_the_exact_value_is_right_and_the_next_one_is_not():
    named = {"narrow": {"answer": "K", "message": "That is K."}}
    exact = ask("number", answer="M", tolerance=0, misconceptions=named)
    for answer in (7, 7.0, np.array(7), torch.tensor(7)):
        assert exact.mark(answer).outcome == "passed"
    for answer in (math.nextafter(7, 8), math.nextafter(7, 6)):
        assert exact.mark(answer).outcome == "failed"
    assert exact.mark(3).misconception == "narrow"


def test_an_answer_may_be_off_by_the_tolerance_and_no_more():
    half = ask("number", answer="M", tolerance=0.5)
    assert [half.mark(answer).outcome for answer in (6.5, 7.5)] == ["passed"] * 2
    assert [half.mark(answer).outcome for answer in (6.4999, 7.5001)] == ["failed"] * 2
