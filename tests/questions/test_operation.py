"""`output-size` with `operation`: torch gives the shape, and a usual mistake is named."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.language.layers import LayerError
from grader.language.operations import OPERATIONS, operate, parse_operation
from grader.mistakes.operating import OPERATION_MISTAKES, operation_slips
from tests.questions.asking import ask, record

EXAMPLES: dict[str, dict[str, Any]] = {  # by operation, in the parameters of ask
    "broadcast(a, b)": {"a": ["M", 1, "K"], "b": ["M + 2", 1]},
    "matmul(a, b)": {"a": ["S", "M", "K"], "b": ["K", "M + 6"]},
    "cat((a, b, c), dim=1)": {"a": ["M", "K", 6], "b": ["M", "S", 6], "c": ["M", 1, 6]},
    "stack((a, b, c, d), dim=1)": {name: ["M", "K + 3", "S + 9"] for name in "abcd"},
    "a.view(S, M, -1)": {"a": ["M", "S", "K", 5]},
    "transpose(a, 1, 3)": {"a": ["M", "K", "S + 20", 6]},
    "permute(a, 2, 0, 1)": {"a": ["M", "K", "S + 20"]},
    "sum(a, dim=1)": {"a": ["M", "K", "S + 20"]},
    "sum(a, dim=1, keepdim=True)": {"a": ["M", "K", "S + 20"]},
}


def scope(seed: object) -> dict[str, Any]:
    draw = random.Random(repr(seed))
    return {"M": draw.randint(7, 14), "K": draw.randint(2, 5), "S": draw.randint(2, 4), "P": 1}


@pytest.mark.parametrize("operation", EXAMPLES)
def test_usual_mistakes_are_named_and_random_answers_are_not(operation):
    named, misled, draw = [], [], random.Random(0)
    for number in range(50):
        asked = ask("output-size", scope(number), operation=operation, inputs=EXAMPLES[operation])
        assert asked.mark_solution().outcome == "passed"
        assert len(asked.key.wrong) >= 5
        key: Any = asked.key
        named += [asked.mark(one.answer).misconception == one.name for one in asked.key.wrong]
        known = [one.answer for one in asked.key.wrong]
        for _ in range(40):
            answer = [max(0, size + draw.randint(-4, 9)) for size in key.sizes]
            mark = asked.mark(answer)
            if mark.outcome == "failed" and answer not in known:
                misled.append(mark.misconception is not None)
    assert sum(named) >= 0.95 * len(named)
    assert sum(misled) < 0.02 * len(misled)


sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
dims = st.integers(-4, 4)
RUN: dict[str, Any] = {
    "broadcast(a, b)": lambda a, b, d, e, s: a + b,
    "matmul(a, b)": lambda a, b, d, e, s: a @ b,
    "cat((a, b, a), dim={d})": lambda a, b, d, e, s: torch.cat((a, b, a), dim=d),
    "stack([a, b], {d})": lambda a, b, d, e, s: torch.stack([a, b], d),
    "torch.stack([a, a], {d})": lambda a, b, d, e, s: torch.stack([a, a], d),
    "a.view({d}, {s}, -1)": lambda a, b, d, e, s: a.view(d, s, -1),
    "a.view(-1)": lambda a, b, d, e, s: a.view(-1),
    "transpose(a, {d}, {e})": lambda a, b, d, e, s: a.transpose(d, e),
    "a.permute({d}, {e}, 0)": lambda a, b, d, e, s: a.permute(d, e, 0),
    "a.sum({d}, keepdim=True)": lambda a, b, d, e, s: a.sum(d, keepdim=True),
    "sum(a, dim=({d}, {e}))": lambda a, b, d, e, s: a.sum((d, e)),
}


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(RUN)), sizes, sizes, dims, dims, st.integers(-1, 6))
def test_the_shape_is_what_torch_really_gives(text, one, other, d, e, s):
    operation = parse_operation(text.format(d=d, e=e, s=s))
    try:
        real = tuple(RUN[text](torch.zeros(one), torch.zeros(other), d, e, s).shape)
    except (RuntimeError, IndexError):
        real = ()
    if not real:
        with pytest.raises(LayerError):
            operate(operation, {}, {"a": one, "b": other})
        return
    done = operate(operation, {}, {"a": one, "b": other})
    slips = list(operation_slips(done))
    assert done.output == real
    assert {slip.name for slip in slips} <= {*OPERATION_MISTAKES, "counted-elements"}
    assert all(slip.answer != list(real) for slip in slips)


@pytest.mark.parametrize(
    ("operation", "inputs", "path", "sentence"),
    [
        ("matmul(a, b", {"a": [1]}, ("operation",), "'matmul(a, b' is not an operation on tensors."),
        ("a", {"a": [1]}, ("operation",), "'a' is not an operation on tensors."),
        ("mul(a, b)", {"a": [1]}, ("operation",), "There is no operation 'mul'."),
        ("__import__('os').sum(0)", {"a": [1]}, ("operation",), "sum needs the names of its tensors."),
        ("matmul(a)", {"a": [1]}, ("operation",), "matmul needs the names of its tensors."),
        ("cat(a)", {"a": [1]}, ("operation",), "cat needs the names of its tensors."),
        ("sum(a)", {"a": [1]}, ("operation",), "sum has the wrong arguments."),
        ("sum(a, 0, dim=0)", {"a": [1]}, ("operation",), "sum has the wrong arguments."),
        ("sum(a, axis=0)", {"a": [1]}, ("operation",), "sum has no parameter 'axis'."),
        ("sum(a, dim=X)", {"a": [1]}, ("operation",), "There is no parameter 'X'."),
        ("sum(a, dim=open('x'))", {"a": [1]}, ("operation",), "'open('x')' calls open."),
        ("matmul(a, b)", {"a": [1]}, ("operation",), "'inputs' has no shape for 'b'."),
        ("sum(a, 0)", {"a": [1], "b": [1]}, ("inputs", "b"), "The operation does not use 'b'."),
        ("sum(a, 0)", {"a": ["X"]}, ("inputs", "a", 0), "There is no parameter 'X'."),
    ],
)
def test_problems(operation, inputs, path, sentence):
    question = record("output-size", operation=operation, inputs=inputs)
    problem = next(question.problems(frozenset({"M"})))
    assert problem.path == path
    assert problem.sentence.startswith(sentence)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"operation": "sum(a, 0)"},
        {"inputs": {"a": [1]}},
        {"layer": "ReLU()", "operation": "sum(a, 0)", "inputs": {"a": [1]}},
        {"operation": "sum(a, 0)", "inputs": {"a": [1]}, "ask": "parameters"},
        {"operation": "sum(a, 0)", "inputs": {"a": [1]}, "input": [1, 2, 3]},
    ],
)
def test_records_that_make_no_sense(fields):
    with pytest.raises(ValidationError):
        record("output-size", **fields)


@pytest.mark.parametrize(
    ("operation", "inputs", "told"),
    [
        ("matmul(a, b)", {"a": [2, 3], "b": [2, 3]}, "torch cannot compute matmul of 2x3 and 2x3: "),
        ("sum(a, 0)", {"a": [4]}, "The result is a single number"),
        ("sum(a, 0)", {"a": [0, 2]}, "A tensor needs at least one size"),
        ("sum(a, 0)", {"a": []}, "A tensor needs at least one size"),
        ("sum(a, 'x')", {"a": [4]}, "'dim' must be one or more whole numbers"),
        ("sum(a, 0.5)", {"a": [4]}, "'dim' must be one or more whole numbers"),
        ("view(a, [[1]])", {"a": [4]}, "'shape' must be one or more whole numbers"),
        ("view(a, 10 ** 30)", {"a": [4]}, "torch cannot compute view of 4: "),
        ("stack((a, a), 0)", {"a": [10**12, 10**12, 10**12]}, "torch cannot compute stack of "),
    ],
)
def test_what_torch_refuses(operation, inputs, told):
    with pytest.raises(LayerError, match=told):
        ask("output-size", operation=operation, inputs=inputs)


def test_every_operation_has_an_example():
    assert {parse_operation(text).name for text in EXAMPLES} == {*OPERATIONS}
