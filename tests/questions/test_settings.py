"""`settings`: whatever torch takes and gives the wanted size is right, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.language.expressions import ExpressionError
from grader.mistakes.counting import size_mistakes
from grader.walks.axis import Axis
from grader.walks.walk import Walk
from tests.questions.asking import Shaped, Thing, ask, record

CONV = ask(
    "settings",
    layer="Conv2d(1, 1, K, stride=stride, padding=padding)",
    unknowns=["stride", "padding"],
    input=[1, 1, 8, 8],
    output=[4, 4],
)
POOL = ask("settings", layer="MaxPool2d(k, s)", unknowns=["k", "s"], input=[1, 1, 8, 6], output=["S * 2", 3])
PAD = ask("settings", layer="ZeroPad2d((p, 0, p, 0))", unknowns=["p"], input=[1, 1, 4, 4], output=[6, 6])
STRICT = ask(
    "settings",
    layer="Conv2d(1, 1, 3, stride=s, padding=p)",
    unknowns=["s", "p"],
    input=[1, 1, 8, 8],
    output=[4, 4],
    where=["s > 1", "p > M - 7"],
)
ROOT = Path(__file__).parents[2]
any_number = st.integers(-3, 9)


def real_sizes(module: Any, *args: int, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(module(*args)(torch.zeros(shape)).shape)[2:]
    except (RuntimeError, ValueError, ZeroDivisionError):
        return None


@settings(deadline=None, max_examples=120)
@given(stride=any_number, padding=any_number)
def test_convolutions(stride, padding):
    real = real_sizes(torch.nn.Conv2d, 1, 1, 3, stride, padding, shape=(1, 1, 8, 8))
    mark = CONV.mark({"stride": stride, "padding": padding})
    assert (mark.outcome == "passed") == (real == (4, 4))
    if real not in {None, (4, 4)}:
        height, width = real
        complaint = f"With these settings the output is {height}x{width}, not 4x4."
        walk = Walk("convolution", (1, 1, 8, 8), 1, (Axis(8, 3, stride, padding),) * 2)
        usual = {wrong.name: wrong for wrong in size_mistakes(walk)}
        if mark.misconception is None:
            assert mark.message == complaint
        else:  # counted that way, these settings would be right
            assert usual[mark.misconception].answer == [4, 4]
            assert mark.message == f"{complaint} {usual[mark.misconception].message}"


def test_a_miscount_of_transposed_kernels():
    asked = ask(
        "settings",
        layer="ConvTranspose2d(1, 1, 3, stride=s, padding=p)",
        unknowns=["s", "p"],
        input=[1, 1, 5, 5],
        output=[11, 11],
    )
    assert asked.mark([3, 2]).outcome == "passed"
    assert asked.mark([3, 4]).misconception == "padded-once"
    assert asked.mark([3, 0]).misconception is None


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        ([1, 2], "swapped-stride-and-padding"),
        ([3, 1], "rounded-up"),
        ([3, 5], "padded-once"),
        ([4, 6], "forgot-plus-one"),
        ([1, 1], None),
        ([2, 0], None),  # rounding up leads to 4, and so does dividing the image by the stride
    ],
)
def test_a_miscount_is_named_where_it_is_the_only_one(answer, misconception):
    assert CONV.mark(answer).misconception == misconception


def test_every_mistake_that_is_tried_is_named():
    trials = list(CONV.question.trials(CONV.posed, CONV.key))
    assert len(trials) == 4
    for wrong in trials:
        assert CONV.mark(wrong.answer).misconception == wrong.name


@settings(deadline=None, max_examples=120)
@given(kernel=any_number, stride=any_number)
def test_pooling(kernel, stride):
    real = real_sizes(torch.nn.MaxPool2d, kernel, stride, shape=(1, 1, 8, 6))
    assert (POOL.mark([kernel, stride]).outcome == "passed") == (real == (4, 3))


def test_a_convolution_that_only_the_real_torch_refuses():
    mark = CONV.mark([1, -1])
    assert (mark.outcome, mark.share) == ("failed", 0.0)
    with pytest.raises(ExpressionError, match="No settings from 0 to 12 give"):  # except for a dilation of 0
        ask("settings", layer="Conv2d(1, 1, 3, dilation=d)", unknowns=["d"], input=[1, 1, 8], output=[8])


def test_an_answer_costs_little():
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (8, 8))\n"
        "from tests.questions.asking import ask\n"
        "ask('settings', layer='Conv2d(1, 1, k, padding=p)', unknowns=['k', 'p'], input=[1, 1, 8, 8],"
        " output=[4, 4]).mark([1000, 600])"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT).returncode == 0


@pytest.mark.parametrize("asked", [CONV, POOL, PAD, STRICT])
def test_the_solution_is_right(asked):
    assert asked.mark_solution().outcome == "passed"


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (
            CONV,
            [
                {"stride": 2, "padding": 1},
                {"padding": 1.0, "stride": torch.tensor(2)},
                {"stride": [2], "padding": np.array(1)},
                (2, 1),
                [2, 1],
                torch.tensor([2, 1]),
                np.array([2.0, 1.0]),
            ],
        ),
        (PAD, [2, 2.0, [2], (2,), {"p": 2}, torch.tensor(2), np.array(2), torch.tensor([2])]),
    ],
)
def test_forms_of_right_answers(asked, answers):
    assert [asked.mark(answer).outcome for answer in answers] == ["passed"] * len(answers)


@pytest.mark.parametrize(
    ("asked", "answer", "message"),
    [
        (CONV, [1, 0], "With these settings the output is 6x6, not 4x4."),
        (CONV, [0, 0], "torch cannot run nn.Conv2d(1, 1, kernel_size=3, stride=0, padding=0) on 1x1x8x8: "),
        (POOL, [9, 1], "torch cannot run nn.MaxPool2d(kernel_size=9, stride=1) on 1x1x8x6: "),
        (STRICT, [1, 1], "The settings must satisfy s > 1."),
        (STRICT, [2, 0], "The settings must satisfy p > 0."),
        (CONV, [1000, 1000], "not 4x4."),
    ],
)
def test_wrong_answers(asked, answer, message):
    mark = asked.mark(answer)
    assert (mark.outcome, mark.share) == ("failed", 0.0)
    assert message in mark.message


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "2, 1",
        2,
        True,
        float("nan"),
        [],
        [2],
        [2, 1, 0],
        [2, "a"],
        [2, 1.5],
        [2, float("inf")],
        [True, 1],
        {},
        {"stride": 2},
        {"stride": 2, "padding": 1, "dilation": 1},
        {"stride": 2, "padding": ...},
        {"stride": 2, "padding": None},
        {1: 2, "padding": 1},
        {"stride": 1001, "padding": 1},
        {"stride": -1001, "padding": 1},
        torch.ones(2, 2),
        torch.ones(2, dtype=torch.bool),
        [[2, 1]],
        ...,
        Thing(),
        Shaped(),
        [Thing(), 1],
        [10**400, 1],
    ],
)
def test_malformed_answers(answer):
    assert len(CONV.refuse(answer)) < 200


@pytest.mark.parametrize(
    "answer", [None, "2", True, 2.5, [2, 2], {}, {"q": 2}, ..., {"p": ...}, float("inf"), Thing()]
)
def test_malformed_answers_to_one_unknown(answer):
    assert PAD.refuse(answer)


def test_how_it_is_asked():
    assert (CONV.posed.starter, CONV.posed.how) == (
        'q = {"stride": ..., "padding": ...}',
        "Replace each `...` with a whole number.",
    )
    assert (PAD.posed.starter, PAD.posed.how, PAD.key.solution) == (
        "q = ...",
        "Write a whole number.",
        "q = 2",
    )
    assert CONV.key.solution == 'q = {"stride": 2, "padding": 1}'


@pytest.mark.parametrize(
    "fields",
    [
        {"output": [40]},
        {"output": [4], "where": ["s > 99"]},
        {"output": [4], "where": ["8 % 0 == s"]},
        {"output": ["M / 0"]},
    ],
)
def test_questions_that_have_no_answer(fields):
    with pytest.raises(ExpressionError):
        ask("settings", layer="MaxPool1d(2, s)", unknowns=["s"], input=[1, 1, 8], **fields)


@pytest.mark.parametrize("unknowns", [[], ["a", "a"], ["a b"], list("abcde")])
def test_unknowns_that_make_no_sense(unknowns):
    with pytest.raises(ValidationError):
        record("settings", layer="MaxPool1d(2, s)", unknowns=unknowns, input=[1, 1, 8], output=[4])


def test_problems():
    question = record(
        "settings",
        layer="MaxPool2d(N, s)",
        unknowns=["s"],
        input=[1, 1, "M", "s"],
        output=[3],
        where=["s > 1", "N"],
    )
    assert [problem.path for problem in question.problems(frozenset({"M"}))] == [
        ("layer",),
        ("input", 3),
        ("where", 1),
        ("output",),
    ]


def test_an_unknown_can_have_the_name_of_a_parameter() -> None:
    shadowed = ask(
        "settings",
        layer="Conv2d(1, 1, kernel_size=K, stride=S)",
        unknowns=["K", "S"],
        where=["K > 4", "S > 1"],
        input=[1, 1, 9, 9],
        output=[3, 3],
    )
    assert shadowed.key.solution == 'q = {"K": 5, "S": 2}'
