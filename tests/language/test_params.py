"""Variants: the same for the same student, always, and as the author's conditions want them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grader.language.draws import Draws
from grader.language.fault import LanguageError
from grader.language.params import Demand, Param, Variant, VariantError, draw_variant

PARAMS = TypeAdapter(dict[str, Param])
DRAWS = Draws(("conv-lab", "exercise-3"))
SIZES = {"M": {"from": 4, "to": 12}, "K": [2, 3], "S": {"from": 1, "to": 9, "step": 4}}
GRID = {"H": [2, 3], "W": {"from": 1, "to": 4}, "image": {"shape": ["H", "W + 1"], "from": -2, "to": 2}}

students = st.text(max_size=12)
QUICK = settings(deadline=None, max_examples=40)


def draw(
    params: dict[str, Any], where: Sequence[str] = (), student: str | None = "ada", variant_0: Any = None
) -> Variant:
    return draw_variant(PARAMS.validate_python(params), list(where), variant_0 or {}, DRAWS, student)


def drawn(*args: Any, **kwargs: Any) -> dict[str, Any]:
    return dict(draw(*args, **kwargs).params)


@QUICK
@given(student=students)
def test_what_is_drawn(student):
    params = drawn(SIZES | {"c": 5, "t": "text", "b": True, "f": 0.5} | GRID, student=student)
    assert list(params) == ["M", "K", "S", "c", "t", "b", "f", "H", "W", "image"]
    assert params["M"] in range(4, 13)
    assert params["K"] in (2, 3)
    assert params["S"] in (1, 5, 9)
    assert (params["c"], params["t"], params["b"], params["f"]) == (5, "text", True, 0.5)
    assert [len(row) for row in params["image"]] == [params["W"] + 1] * params["H"]
    assert all(cell in range(-2, 3) for row in params["image"] for cell in row)
    assert params == drawn(SIZES | {"c": 5, "t": "text", "b": True, "f": 0.5} | GRID, student=student)


@QUICK
@given(student=students)
def test_conditions_hold_for_all(student):
    where = ["(M - K) % S == 0", "M > 2 * K", "sum(image[0]) != 0"]
    params = drawn(SIZES | GRID, where, student)
    assert (params["M"] - params["K"]) % params["S"] == 0
    assert params["M"] > 2 * params["K"]
    assert sum(params["image"][0]) != 0


@QUICK
@given(student=students)
def test_a_new_parameter_leaves_the_others_as_they_were(student):
    where = ["(M - K) % S == 0"]
    before = drawn(SIZES, where, student)
    after = drawn(
        {"first": [1, 2, 3], **SIZES, "last": {"from": 0, "to": 99}}, [*where, "last > 90"], student
    )
    assert {name: after[name] for name in before} == before


def test_students_differ_and_everything_is_drawn():
    variants = [drawn(SIZES, student=f"student-{number}") for number in range(100)]
    assert {(params["M"], params["K"], params["S"]) for params in variants} >= {(4, 2, 1), (12, 3, 9)}
    assert {params["M"] for params in variants} == set(range(4, 13))


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ("ada", {"M": 8, "K": 3, "S": 5, "H": 2, "W": 2, "image": [[2, 2, 2], [1, -1, 1]]}),
        (
            "emmy",
            {
                "M": 10,
                "K": 3,
                "S": 1,
                "H": 3,
                "W": 4,
                "image": [[-1, 1, 1, -2, 2], [2, 0, 0, -1, -2], [1, 2, -2, 2, 2]],
            },
        ),
        ("", {"M": 12, "K": 2, "S": 1, "H": 2, "W": 3, "image": [[1, 0, 0, -2], [2, -2, 0, 1]]}),
        (None, {"M": 12, "K": 2, "S": 1, "H": 2, "W": 3, "image": [[1, 0, 0, -2], [2, -2, 0, 1]]}),
    ],
)
def test_pinned(student, expected):
    assert drawn(SIZES | GRID, ["(M - K) % S == 0"], student) == expected


def test_variant_0():
    given = {"M": 4, "image": [[7]]}
    params = drawn(SIZES | GRID, student=None, variant_0=given)
    assert params == drawn(SIZES | GRID, student=None) | given
    assert drawn(SIZES | GRID, student="ada", variant_0=given) == drawn(SIZES | GRID, student="ada")


def test_the_draws_of_a_variant_are_the_students_own():
    orders = [
        tuple(draw(SIZES, student=student).draws.shuffled(range(9))) for student in ("ada", "emmy", None)
    ]
    assert len(set(orders)) == 3


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (
            ["M > 99"],
            "No draw out of 10000 met these conditions together: M > 99. Widen the parameters or drop",
        ),
        (["M > K", "M < K"], "met these conditions together: M > K; M < K."),
        (["M / 0 > 1"], "M / 0 > 1: division by zero."),
        (["M > 'a'"], ": '>' not supported"),
    ],
)
def test_conditions_that_cannot_be_met(where, sentence):
    with pytest.raises(LanguageError) as caught:
        draw(SIZES, where)
    assert sentence in str(caught.value)


def test_a_condition_that_never_holds():
    with pytest.raises(VariantError):
        draw(SIZES, ["1 > 2"])


@pytest.mark.parametrize(
    ("shape", "possible"),
    [
        ([1], True),
        ([64, 64], True),
        ([2, 2, 2, 2, 2], True),
        ([65], False),
        ([0], False),
        (["-1"], False),
        ([2.0], False),
        (["'a'"], False),
        ([64, 65], False),
        ([64, 64, 2], False),
    ],
)
def test_shapes_of_grids(shape, possible):
    params = {"g": {"shape": shape}}
    if possible:
        level = drawn(params)["g"]
        for size in shape:
            assert len(level) == size
            level = level[0]
        assert level in range(10)
    else:
        with pytest.raises(
            LanguageError, match=r"A grid of shape .* is not possible|not a whole number"
        ) as caught:
            drawn(params)
        assert caught.value.path[:3] == ("params", "g", "shape")


def test_a_shape_that_cannot_be_computed():
    with pytest.raises(LanguageError):
        drawn({"Z": 0, "g": {"shape": ["4 // Z"]}})


@pytest.mark.parametrize(
    "param",
    [
        {"from": 2, "to": 1},
        {"from": 1, "to": 2, "step": 0},
        {"from": 1},
        {"from": 1.5, "to": 2},
        {"from": 1, "to": 2, "steps": 1},
        {"shape": []},
        {"shape": [1] * 6},
        {"shape": [2], "from": 3, "to": 2},
        [],
        None,
    ],
)
def test_parameters_that_make_no_sense(param):
    with pytest.raises(ValidationError):
        PARAMS.validate_python({"p": param})


def cheapest(param: object, cost: int) -> tuple[list[object], Any]:
    """Draw one parameter under a demand that costs `cost` more than its value: what was tried, and the result."""
    tried: list[object] = []

    def costs(variant: Variant, _most: float) -> int:
        tried.append(variant.params["n"])
        return cost + abs(int(variant.params["n"]))

    known = TypeAdapter(dict[str, Param]).validate_python({"n": param})
    demand = Demand(frozenset({"n"}), costs)
    drawn = draw_variant(known, [], {}, DRAWS, "ada", [demand])
    return tried, drawn.params["n"]


@pytest.mark.parametrize(
    ("param", "best"),
    [([3, 2, 3], 2), ({"from": 4, "to": 9, "step": 5}, 4), (7, 7), ([True, 1, 5], 1)],
)
def test_once_each_of_few_draws_was_tried_no_more_are(param, best):
    tried, drawn = cheapest(param, 1)
    assert drawn == best
    assert len(tried) < 100
    assert cheapest(param, 0)[1] == best


@pytest.mark.parametrize("param", [{"from": 1, "to": 2000}, {"from": 0.5, "to": 9, "digits": 1}])
def test_of_many_draws_a_thousand_are_tried(param):
    assert len(cheapest(param, 1)[0]) == 1000
