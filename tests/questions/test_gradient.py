"""`tensor` with `ask: gradient`: torch differentiates, and a usual mistake is named."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.language.expressions import ExpressionError
from grader.language.tensor_formulas import Derivations, computed_by, parse_tensor_formula
from grader.mistakes.gradients import GRADIENT_MISTAKES, gradient_of, gradient_slips
from tests.course.building import HEAD, faults
from tests.questions.asking import Asked, ask

EXAMPLES: dict[str, dict[str, Any]] = {  # by formula, in the parameters of ask
    "mean((X @ w - y) ** 2)": {
        "tensors": {"X": "[[K, 1], [S, 2], [1, M]]", "w": "[1, -2]", "y": "[M, 0, K]"},
        "wrt": "w",
    },
    "sum(tanh(X @ W + b) * C)": {
        "tensors": {
            "X": "[[K / 10, 0.1], [S / 10, 0.2], [0.1, M / 20]]",
            "W": "[[0.1, -0.2, 0.3], [0.5, 0.4, -0.1]]",
            "b": "[0.1, 0.2, 0.3]",
            "C": "[[1, 2, 3], [4, 5, 6], [7, 8, M]]",
        },
        "wrt": "W",
    },
    "mean(relu(X @ W + b) ** 2)": {
        "tensors": {"X": "[[K, 1], [S, 2], [1, M]]", "W": "[[1, -2, 3], [5, 4, -1]]", "b": "[1, 2, 3]"},
        "wrt": "b",
    },
    "-sum(T * log_softmax(X @ W)) / 3": {
        "tensors": {
            "X": "[[K / 5, 1], [S, 2], [1, M / 10]]",
            "W": "[[1, -2, 3], [0.5, 0.4, -1]]",
            "T": "[[0, 1, 0], [1, 0, 0], [0, 0, 1]]",
        },
        "wrt": "W",
    },
}


def asked_of(formula: str, number: int) -> Asked:
    draw = random.Random(number)
    scope = {"M": draw.randint(7, 14), "K": draw.randint(2, 5), "S": draw.randint(2, 4), "P": 1}
    return ask("tensor", scope, ask="gradient", of=formula, **EXAMPLES[formula])


@pytest.mark.parametrize("formula", EXAMPLES)
def test_usual_mistakes_are_named_and_random_answers_are_not(formula: str) -> None:
    named, misled, draw = [], [], random.Random(0)
    for number in range(50):
        asked = asked_of(formula, number)
        key: Any = asked.key
        assert asked.mark_solution().outcome == "passed"
        assert len({one.name for one in key.wrong}) >= 5
        named += [asked.mark(one.answer).misconception == one.name for one in key.wrong]
        for _ in range(40):
            answer = torch.tensor(key.values).reshape(key.shape) + draw.choice((1, -1)) * draw.uniform(
                0.01, 9
            )
            mark = asked.mark(answer.tolist())
            assert mark.outcome == "failed"
            misled.append(mark.misconception is not None)
    assert sum(named) >= 0.95 * len(named)
    assert sum(misled) < 0.02 * len(misled)


def test_every_usual_mistake_is_found_in_some_example() -> None:
    found = {one.name for formula in EXAMPLES for one in asked_of(formula, 0).key.wrong}
    assert found == {*GRADIENT_MISTAKES}


def test_mistakes_are_what_somebody_computes_by_hand() -> None:
    x, w, y = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([1.0, -1.0]), torch.ones(3)
    tree = parse_tensor_formula("mean((X @ w - y) ** 2)")
    scope = {"X": x, "w": w, "y": y}
    right, rest = gradient_of(tree, scope, "w"), x @ w - y
    torch.testing.assert_close(right, 2 / 3 * x.T @ rest)
    slips = {one.name: one.answer for one in gradient_slips(tree, scope, "w", right)}
    torch.testing.assert_close(slips["forgot-the-mean"], 2 * x.T @ rest)
    torch.testing.assert_close(slips["forgot-the-exponent"], 1 / 3 * x.T @ rest)
    torch.testing.assert_close(slips["not-summed-over-batch"], 2 / 3 * x * rest[:, None])
    torch.testing.assert_close(slips["stopped-too-early"], 2 / 3 * rest)
    torch.testing.assert_close(slips["took-a-step"], w - right)
    tree = parse_tensor_formula("sum(sigmoid(a * b))")
    scope = {"a": torch.tensor([[2.0]]), "b": torch.tensor([[3.0]])}
    slips = {one.name: one.answer for one in gradient_slips(tree, scope, "a", gradient_of(tree, scope, "a"))}
    assert slips["forgot-inner-derivative"].item() == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("__import__('os')", "There is no function '__import__'."),
        ("X.grad", "'X.grad' cannot be part"),
        ("X[0]", "'X[0]' cannot be part"),
        ("[X for X in X]", "cannot be part"),
        ("lambda: X", "cannot be part"),
        ("sum(X, dim=0)", "sum takes one argument here."),
        ("sum(X) ** 99999", "An exponent must be from 2 to 10."),
        ("X ** w", "cannot be part"),
        ("X // w", "cannot be part"),
        ("'a' * 9", "cannot be part"),
        ("True + X", "cannot be part"),
        ("sum(X", "is not a formula of tensors"),
        ("+".join("X" * 200), "more than 120 parts"),
        ("(" * 300 + "X" + ")" * 300, "more than 500 characters"),
    ],
)
def test_what_is_no_formula_of_tensors_is_refused(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_tensor_formula(text)
    assert told in str(caught.value)


def test_what_torch_refuses_is_one_sentence() -> None:
    with pytest.raises(ExpressionError, match="torch cannot compute X @ w"):
        computed_by(parse_tensor_formula("X @ w"), {"X": torch.ones(2, 3), "w": torch.ones(2)}, Derivations())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            "of: sum(w * v), tensors: {w: [1]}, wrt: w",
            "questions[0].of: There is no tensor or parameter 'v'.",
        ),
        ("of: sum(w), tensors: {w: [1]}, wrt: v", "questions[0].wrt: There is no tensor 'v'."),
        ("of: sum(w), tensors: {w: [1], v: [2]}, wrt: w", "tensors.v: The tensor 'v' is not in the formula."),
        ("of: sum(w), tensors: {sum: [1], w: [2]}, wrt: w", "'sum' cannot be the name of a tensor."),
        ("of: summ(w), tensors: {w: [1]}, wrt: w", "of: There is no function 'summ'. Did you mean 'sum'?"),
        ("of: sum(w), wrt: w", "give 'of', 'tensors' and 'wrt'"),
        ("of: sum(w), tensors: {w: [1]}, wrt: w, layer: ReLU(), input: [[1]]", "and no layer"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(tmp_path: Path, fields: str, told: str) -> None:
    question = f"- {{id: g, kind: tensor, ask: gradient, prompt: Which?, {fields}, hints: [a]}}"
    question = question.replace("Which?", "Differentiate.")
    found = faults(tmp_path, f"{HEAD}questions:\n{question}\n")
    assert any(told in one for one in found), found


def test_values_take_no_formula_of_tensors(tmp_path: Path) -> None:
    question = "- {id: g, kind: tensor, prompt: Write., values: [[1, 2]], of: sum(w), hints: [a]}"
    [fault] = faults(tmp_path, f"{HEAD}questions:\n{question}\n")
    assert "Give 'of' only with 'ask: gradient'" in fault


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"of": "X * X", "tensors": {"X": [[1, 2]]}, "wrt": "X"},
            "gives values of shape (1, 2), not one number",
        ),
        ({"of": "sum(log(X))", "tensors": {"X": [[0, 2]]}, "wrt": "X"}, "cannot hold"),
        ({"of": "sum(X)", "tensors": {"X": [[1] * 1001]}, "wrt": "X"}, "'X' has more than 1000 values."),
    ],
)
def test_what_has_no_gradient_is_told(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        ask("tensor", ask="gradient", **more)
    assert told in str(caught.value)
