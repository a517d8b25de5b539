"""How far off a number may be: by the dtype in which it was computed, and never so far that 0 is right."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.questions.asking import Asked, ask

sizes = st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30)
counts = st.integers(1, 2**24)


def asking(answer: float) -> Asked:
    """Return a question with this right answer."""
    return ask("number", answer=repr(answer))


def is_right(answer: float, given: Any) -> bool:
    """Return whether a number counts as right."""
    return asking(answer).mark(given).outcome == "passed"


@given(sizes)
def test_a_number_is_right_in_every_dtype_that_holds_it(answer):
    double = torch.tensor(answer, dtype=torch.float64)
    assert is_right(answer, answer)
    assert is_right(answer, double)
    assert is_right(answer, Fraction(answer))
    for single in (double.float(), double.float().item(), np.float32(answer), double.bfloat16()):
        assert is_right(answer, single)
    assert not 1e-4 < abs(answer) < 6e4 or is_right(answer, double.half())


@given(sizes)
def test_zero_is_right_for_nothing_else(answer):
    for zero in (0, 0.0, -0.0, torch.tensor(0.0), torch.tensor(0.0, dtype=torch.bfloat16), np.float16(0)):
        assert not is_right(answer, zero)


@given(sizes)
def test_twice_half_and_minus_are_wrong(answer):
    for wrong in (2 * answer, answer / 2, -answer, answer * 1.001):
        assert not is_right(answer, wrong)


@given(counts, st.integers(1, 5))
def test_a_count_is_right_or_wrong(count, off):
    for wrong in (count + off, float(count + off), torch.tensor(count + off), Fraction(count + off)):
        assert not is_right(count, wrong)
    for right in (count, float(count), torch.tensor(float(count)), np.int64(count), Decimal(count)):
        assert is_right(count, right)


@given(st.integers(2**24, 2**53))
def test_a_large_count_in_float32_is_right(count):
    assert is_right(count, torch.tensor(count).float())
    assert is_right(count, torch.tensor(count).float().item())
    assert is_right(count, count)
    assert not is_right(count, count + 1)


@pytest.mark.parametrize(
    ("answer", "given", "right"),
    [
        (100 / 3, torch.tensor(100.0) / 3, True),
        (100 / 3, (torch.tensor(100.0) / 3).item(), True),
        (100 / 3, torch.tensor(100.0, dtype=torch.float16) / 3, True),
        (100 / 3, torch.tensor([100.0], dtype=torch.bfloat16) / 3, True),
        (100 / 3, Fraction(100, 3), True),
        (100 / 3, 33.33, False),
        (1 / 7, 0.142857, True),
        (5e-7, 0, False),
        (5e-7, torch.tensor(5e-7), True),
        (5e-7, 5.1e-7, False),
        (6.626e-34, 0, False),
        (0, 1e-9, True),
        (0.0, torch.sin(torch.tensor(math.pi)), True),
        (0, 1e-3, False),
        (1e23, 10**23, True),
        (1_000_000, torch.tensor(1e6) * 1.0000001, True),
        (1_000_000, 1_000_001.0, False),
        (1_000_000, 1_000_000.5, True),  # as near as float32 comes when it adds up
        (10**15, 10**15 + 1, False),
    ],
)
def test_what_is_close(answer, given, right):
    assert is_right(answer, given) == right


def test_a_tolerance_of_the_authors_is_taken_as_it_is():
    asked = ask("number", answer="5 / 10000000", tolerance=1e-6)
    assert asked.mark(0).outcome == "passed"  # which course check notes
    assert ask("number", answer="M / K", tolerance=0).mark(torch.tensor(7.0) / 3).outcome == "failed"


def test_a_misconception_is_as_close():
    asked = ask(
        "number",
        answer="M / 1000000000",
        misconceptions={"upside-down": {"answer": "K / 1000000000", "message": "No."}},
    )
    assert asked.mark(torch.tensor(3e-9)).misconception == "upside-down"
    assert asked.mark(0).misconception is None
    assert asked.mark(3.1e-9).misconception is None


TINY = ask("tensor", values="[0.0000005, 0.0000002]")
DOUBLE = ask("tensor", values="[1 / 3, 2 / 3]", dtype="float64")


@pytest.mark.parametrize(
    ("asked", "given", "right"),
    [
        (TINY, [5e-7, 2e-7], True),
        (TINY, torch.tensor([5e-7, 2e-7]), True),
        (TINY, [0, 0], False),
        (TINY, torch.zeros(2), False),
        (TINY, [2e-7, 5e-7], False),
        (DOUBLE, torch.tensor([1.0, 2.0]) / 3, True),
        (DOUBLE, torch.tensor([1.0, 2.0], dtype=torch.float16) / 3, True),
        (DOUBLE, torch.tensor([1.0, 2.0], dtype=torch.bfloat16) / 3, True),
        (DOUBLE, [0.33333, 0.66667], False),
        (DOUBLE, [Fraction(1, 3), Fraction(2, 3)], True),
        (ask("tensor", values="[0, 0]"), torch.tensor([1e-6, 0]), True),
        (ask("tensor", values="[0, 0]"), [1e-3, 0], False),
    ],
)
def test_values_are_as_close(asked, given, right):
    assert (asked.mark(given).outcome == "passed") == right
