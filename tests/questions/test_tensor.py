"""`tensor`: what torch computes, in any form a student may write it in, within the tolerance of the dtype."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from grader.language.draws import Draws
from grader.language.expressions import ExpressionError
from grader.language.layers import LayerError
from grader.language.params import Variant
from grader.questions.kinds.tensor import TensorValues
from tests.questions.asking import Shaped, Squarish, Thing, ask, record

VALUES = [[12.0, 16.0], [24.0, 28.0]]  # sums of the four windows of 1..9
SUMS = ask(
    "tensor",
    layer="Conv2d(1, 1, 2, bias=False)",
    input="image",
    weight=1,
    misconceptions={
        "means": {"answer": [3, 4, 6, 7], "message": "You took the mean."},
        "zeros": {"answer": "[[0, 0], [0, 0]]", "message": "Zeros."},
        "nothing": {"answer": [0, 0, 0, 0], "message": "Nothing."},
    },
)


@pytest.mark.parametrize(
    "answer",
    [
        VALUES,
        [[12, 16], [24, 28]],
        ((12, 16), (24, 28)),
        [[[[12, 16], [24, 28]]]],
        [[[12, 16], [24, 28]]],
        torch.tensor(VALUES),
        torch.tensor([[VALUES]]),
        torch.tensor(VALUES, dtype=torch.float16),
        torch.tensor(VALUES, dtype=torch.bfloat16),
        torch.tensor(VALUES).long(),
        np.array(VALUES),
        np.array([VALUES], dtype=np.int8),
        [np.array([12, 16]).tolist(), (24, 28.0)],
    ],
)
def test_right_answers(answer):
    assert SUMS.mark(answer).outcome == "passed"


def test_how_it_is_asked_and_solved():
    assert SUMS.key.solution == "q = [[12.0, 16.0],\n [24.0, 28.0]]"
    assert SUMS.mark_solution().outcome == "passed"
    assert SUMS.posed.how == "Write the values as nested lists, row by row, or as a tensor."


@pytest.mark.parametrize(
    ("answer", "message", "misconception"),
    [
        (
            [[12, 16], [24, 27]],
            ("The shape 2x2 is right. The first wrong value is 27, at [1, 1]. 3 of 4 values are right."),
            None,
        ),
        (
            torch.tensor([[[[12.0, 16.5], [0.0, 28.0]]]]),
            (
                "The shape 1x1x2x2 is right. The first wrong value is 16.5, at [0, 0, 0, 1]. "
                "2 of 4 values are right."
            ),
            None,
        ),
        ([[12, math.nan], [24, 28]], "is nan, at [0, 1]. 3 of 4 values are right.", None),
        ([[12, 10**400], [24, 28]], "is inf, at [0, 1]. 3 of 4 values are right.", None),
        ([[12, -math.inf], [24, 28]], "is -inf, at [0, 1]. 3 of 4 values are right.", None),
        ([[3, 4], [6, 7]], "First: You took the mean. Second: You took the mean of the products.", None),
        ([[0, 0], [0, 0]], "There are two possible reasons.", None),
        ([12, 16, 24, 28], "Your values have shape 4, but the output has shape 2x2.", None),
        ([[12, 16, 24, 28]], "Your values have shape 1x4, but the output has shape 2x2.", None),
        ([VALUES, VALUES], "Your values have shape 2x2x2, but the output has shape 2x2.", None),
        (12, "Your values have shape () (a single number), but the output has shape 2x2.", None),
        (
            torch.tensor(12.0),
            "Your values have shape () (a single number), but the output has shape 2x2.",
            None,
        ),
    ],
)
def test_wrong_answers(answer, message, misconception):
    mark = SUMS.mark(answer)
    assert (mark.outcome, mark.share, mark.misconception) == ("failed", 0.0, misconception)
    assert message in mark.message
    assert "28" not in mark.message


@pytest.mark.parametrize(
    "answer",
    [
        "12 16 24 28",
        True,
        [[True, True], [True, True]],
        torch.ones(2, 2, dtype=torch.bool),
        [],
        [[], []],
        {},
        {"q": VALUES},
        [[12, 16], [24]],
        [[12, 16], 24],
        [["a", "b"], ["c", "d"]],
        torch.zeros(2, 2, dtype=torch.complex64),
        np.zeros((2, 2), dtype=complex),
        torch.zeros(0, 2),
        torch.zeros(101, 100),
        np.array([["a"]]),
        b"x",
        ...,
        [[...]],
        Thing(),
        [[Thing(), 1], [2, 3]],
        Squarish(),
        None,
        [[None, 1], [2, 3]],
        Shaped(),
    ],
)
def test_malformed_answers(answer):
    sentence = SUMS.refuse(answer)
    assert "`q`" in sentence
    assert len(sentence) < 200


def test_a_single_number_may_stand_in_brackets_or_not():
    asked = ask("tensor", layer="Linear(2, 1, bias=False)", input=[1, 2], weight=[[3, 4]])
    assert asked.key.solution == "q = [11.0]"
    assert asked.mark([11]).outcome == "passed"
    assert asked.mark([12]).message.startswith("The shape 1 is right. The first wrong value is 12, at [0]")


@pytest.mark.parametrize(
    ("dtype", "inside", "outside"),
    [
        ("float64", 1e-7, 4e-7),
        ("float32", 1e-5, 5e-5),
        ("float16", 9e-4, 2e-3),
        ("bfloat16", 1.5e-2, 2e-2),
    ],
)
def test_the_tolerance_follows_the_dtype(dtype, inside, outside):
    asked = ask("tensor", layer="Identity()", input=[[1.0, 0.0]], dtype=dtype)
    for sign in (1, -1):
        assert asked.mark([[1 + sign * inside, 0]]).outcome == "passed"
        assert asked.mark([[1 + sign * outside, 0]]).outcome == "failed"
    assert asked.mark([[1, 1e-4]]).outcome == "failed"


def test_an_own_tolerance():
    asked = ask("tensor", layer="Identity()", input=[[1.0, 100.0]], rtol=0.1, atol=0)
    assert asked.mark([[1.09, 109]]).outcome == "passed"
    assert asked.mark([[1.11, 100]]).outcome == "failed"
    exact = ask("tensor", layer="Identity()", input=[[1.0, 100.0]], rtol=0, atol=0)
    assert exact.mark([[1, 100]]).outcome == "passed"
    assert exact.mark([[1, 100.0001]]).outcome == "failed"


def test_credit_by_element():
    asked = ask("tensor", layer="Conv2d(1, 1, 2, bias=False)", input="image", weight=1, credit="element")
    assert asked.mark([[12, 16], [24, 0]]).share == 0.75
    assert asked.mark([[0, 0], [0, 0]]).share == 0
    assert asked.mark([[12, 16]]).share == 0
    assert asked.mark(VALUES).share == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"weight": [[[[1, 0], [0, 1]]]], "bias": ["K"]},
        {"weight": [[1, 0], [0, 1]], "bias": "K"},
        {"state": {"weight": "[[1, 0], [0, 1]]", "bias": 3}},
    ],
)
def test_ways_to_give_the_weights(fields):
    asked = ask("tensor", layer="Conv2d(1, 1, 2)", input="image", **fields)
    assert asked.mark([[1 + 5 + 3, 11], [15, 17]]).outcome == "passed"


def test_a_sequential_by_its_state_dict():
    asked = ask(
        "tensor",
        layer="Sequential(Conv2d(1, 1, 2), Flatten(0), Linear(4, 1, bias=False))",
        input=[["image"]],
        state={"0.weight": 1, "0.bias": 0, "2.weight": [[1, 0, 0, 1]]},
    )
    assert asked.mark([40]).outcome == "passed"


@pytest.mark.parametrize(
    ("fields", "kind", "sentence"),
    [
        (
            {},
            ExpressionError,
            "The values of weight, bias are not given, so torch would choose them at random.",
        ),
        ({"weight": 1}, ExpressionError, "The values of bias are not given"),
        ({"state": {"w": 1}}, ExpressionError, "The layer has no 'w'; it has: weight, bias."),
        ({"weight": [[1, 2, 3]], "bias": 0}, LayerError, "torch cannot run"),
        (
            {"weight": [[1, 2], [3]], "bias": 0},
            ExpressionError,
            "torch cannot make a tensor of these numbers: ",
        ),
        ({"weight": "'a'", "bias": 0}, ExpressionError, "torch cannot make a tensor of these numbers: "),
        ({"weight": 1, "bias": 0, "input": [[1]]}, LayerError, "torch cannot run"),
        (
            {"layer": "MaxPool2d(2)", "weight": 1},
            ExpressionError,
            "The layer has no 'weight'; it has: nothing.",
        ),
        (
            {"layer": "ZeroPad2d(60)"},
            ExpressionError,
            "The output has 15129 values; at most 10000 are allowed.",
        ),
    ],
)
def test_questions_that_have_no_answer(fields, kind, sentence):
    with pytest.raises(kind) as caught:
        ask("tensor", **{"layer": "Conv2d(1, 1, 2)", "input": "image", **fields})
    assert sentence in str(caught.value)


def test_weights_are_given_in_one_way():
    with pytest.raises(ValidationError, match="Give either weight and bias, or state"):
        record("tensor", layer="Identity()", input=1, weight=1, state={"weight": 1})


EVERY_OTHER = ask(
    "tensor",
    values="[[image[0][0], image[0][2]], [image[2][0], image[2][2]]]",
    misconceptions={"ignored-stride": {"answer": "image", "message": "These are all of them."}},
)


def test_values_of_the_authors_own():
    assert EVERY_OTHER.key.solution == "q = [[1.0, 3.0],\n [7.0, 9.0]]"
    assert EVERY_OTHER.mark_solution().outcome == "passed"
    mark = EVERY_OTHER.mark([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert (mark.outcome, mark.misconception) == ("failed", "ignored-stride")
    assert [wrong.name for wrong in EVERY_OTHER.key.wrong] == ["ignored-stride"]  # and none of a layer
    assert ask("tensor", values=["M", ["K", "S"][0]]).mark([7, 3]).outcome == "passed"
    assert ask("tensor", values="M").mark(7).outcome == "passed"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"layer": "Identity()"},
        {"input": 1},
        {"layer": "", "input": 1},
        {"values": 1, "layer": "Identity()"},
        {"values": 1, "input": 1},
        {"values": 1, "weight": 1},
        {"values": 1, "without": ["flipped-kernel"]},
    ],
)
def test_values_are_given_or_computed(fields):
    with pytest.raises(ValidationError, match="Give either 'values', or 'layer' and 'input'"):
        record("tensor", **fields)


@pytest.mark.parametrize(
    ("values", "dtype", "sentence"),
    [
        ("100000", "float16", "The output has numbers that float16 cannot hold."),
        ([[1, 2], [3]], "float32", "torch cannot make a tensor of these numbers: "),
        ("'a'", "float32", "torch cannot make a tensor of these numbers: "),
    ],
)
def test_values_that_are_none(values, dtype, sentence):
    with pytest.raises(ExpressionError, match=sentence):
        ask("tensor", values=values, dtype=dtype)


def test_values_with_an_unknown_name():
    (problem,) = record("tensor", values="[[N, 1]]").problems(frozenset({"M"}))
    assert (problem.path, problem.sentence) == (("values",), "There is no parameter 'N'.")


def test_a_sketch_has_the_key_without_rare_mistakes_and_figure() -> None:
    question = TensorValues.model_validate(
        {
            "id": "q",
            "kind": "tensor",
            "prompt": "?",
            "layer": "Conv2d(1, 1, 2, bias=True)",
            "input": [[1, 2, 3], [4, 5, 7], [0, 1, 1]],
            "weight": [[1, -2], [3, 0]],
            "bias": 3,
        }
    )
    variant = Variant({}, Draws(()))
    key, (_, sketch) = question.key(variant), question.sketch(variant)
    common = tuple(wrong for wrong in key.wrong if not wrong.is_rare)
    assert common != key.wrong
    assert sketch == key.model_copy(update={"wrong": common, "worked": None})
