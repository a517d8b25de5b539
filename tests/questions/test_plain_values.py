"""Plain numbers from what students answer, up to a limit."""

from __future__ import annotations

import math
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import torch

from grader.questions import values
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError
from grader.questions.values import MAX_VALUES, as_float, plain, whole
from tests.questions.asking import ask
from tests.questions.draft import example_of

SIDE = math.isqrt(MAX_VALUES)


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        (np.zeros(MAX_VALUES), False),
        (np.zeros(MAX_VALUES + 1), True),
        (torch.zeros(SIDE, SIDE), False),
        (torch.zeros(SIDE, SIDE + 1), True),
        (np.zeros((MAX_VALUES, 0)), False),
        (np.zeros((MAX_VALUES + 1, 0)), True),  # no value, and a list for each row
        (np.zeros((0, MAX_VALUES + 1)), True),
        (torch.zeros(1).expand(10**12), True),  # takes up 4 bytes
        ([torch.zeros(MAX_VALUES + 1)], True),
    ],
    ids=lambda value: str(getattr(value, "shape", type(value).__name__)),
)
def test_arrays_become_lists_up_to_so_many_values(value: Any, is_told: bool) -> None:
    with pytest.raises(FormError, match="too long to grade") if is_told else nullcontext():
        assert plain(value, "q") == (value.tolist() if not isinstance(value, list) else None)


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_nested_lists_hold_no_more_than_arrays(rows: int) -> None:
    asked = ask("tensor", layer="Identity()", input=[[[[1, 2]]]])
    most = [[0] * (MAX_VALUES // rows)] * rows
    assert "Your values have shape" in asked.mark(most).message
    assert asked.refuse([*most, most[0]]).endswith("which is too long to grade.")


HUGE = {
    "values": [1] * 400_000,
    "texts": ["x"] * 400_000,
    "decimals": [Decimal("1e1000")] * 300_000,
    "rows": [[1]] * 200_000,
    "no rows": [[]] * 200_000,
    "a set": set(map(str, range(300_000))),
    "in a dict": {"stride": [1] * 400_000, "padding": 1},
}


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not KINDS[kind].by_checks])
def test_a_huge_answer_is_not_looked_at(kind: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(value, dict):
        monkeypatch.setattr(values, "_plain", lambda value: pytest.fail(f"looked at {len(value)}"))
    with pytest.raises(FormError, match=r"^`\w+` is "):
        ask(**example_of(kind)).mark(value)


@pytest.mark.parametrize("value", [[], [[]], [[], []], np.zeros(0), np.zeros((2, 0))], ids=str)
def test_an_answer_without_a_value_is_none(value: Any) -> None:
    asked = ask("tensor", layer="Identity()", input=[[[[1, 2]]]])
    assert asked.refuse(value).startswith("`q` is ")


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), float("inf"), float("nan"), 2.5, "3", True, [1, 2], None]
)
def test_what_is_no_whole_number(number: Any) -> None:
    with pytest.raises(FormError, match=r"^`q` is "):
        whole(number, "q")
    if isinstance(number, int):
        assert math.isinf(as_float(number)) or number is True


@pytest.mark.parametrize("number", [3, 3.0, [3], (3,), np.array(3), torch.tensor([3])])
def test_what_is_a_whole_number(number: Any) -> None:
    assert whole(number, "q") == 3
