"""Parameters with decimals: drawn from all numbers with so many decimals, and written as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.language.draws import Draws
from grader.language.params import Decimals, Param, Range, draw_variant


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.integers(1, 9), st.text(max_size=5))
def test_a_number_is_in_its_range_and_has_its_decimals(
    first: int, more: int, digits: int, student: str
) -> None:
    start, end = first / 10**digits, (first + more) / 10**digits
    drawn = Decimals.model_validate({"from": start, "to": end, "digits": digits}).draw(Draws((student,)))
    assert start <= drawn <= end
    assert drawn == round(drawn, digits)
    assert "e" in repr(drawn) or len(repr(drawn).partition(".")[2]) <= digits


def test_every_number_can_be_drawn() -> None:
    real = Decimals.model_validate({"from": 0.1, "to": 0.5, "digits": 1})
    found = {real.draw(Draws((str(number),))) for number in range(200)}
    assert found == {0.1, 0.2, 0.3, 0.4, 0.5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": 1, "to": 0, "digits": 1},
        {"from": 0.15, "to": 1, "digits": 1},
        {"from": 0, "to": 1e10, "digits": 1},
    ],
)
def test_a_range_that_is_none(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"below|decimal places|less than"):
        Decimals.model_validate(wrong)


def test_conditions_hold_for_it_too() -> None:
    params: dict[str, Param] = {
        "lr": Decimals.model_validate({"from": 0.1, "to": 1, "digits": 2}),
        "K": Range.model_validate({"from": 1, "to": 9}),
    }
    for student in "abcdefgh":
        drawn = draw_variant(params, ["lr * K > 2"], {}, Draws(("seed",)), student).params
        assert drawn["lr"] * drawn["K"] > 2
