"""Formulas of tensors as in torch: `mean((X @ w - y) ** 2)`. They are parsed, checked, and never evaluated.

Each part is computed by a rule. Other rules for the same formula compute what somebody with a usual mistake
would compute.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.errors import did_you_mean
from grader.language.expressions import ExpressionError
from grader.language.layers import reason_of
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

MAX_CHARACTERS = 500
MAX_PARTS = 120
MAX_EXPONENT = 10
MAX_OPERAND = 1000  # values of a given tensor; a product of two then has at most a million
_REMEDY = "Write it as in mean((X @ w - y) ** 2)."

TOTALS: dict[str, Callable[[Tensor], Tensor]] = {"sum": lambda u: u.sum(), "mean": lambda u: u.mean()}
CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "exp": lambda u: u.exp(),
    "log": lambda u: u.log(),
    "sqrt": lambda u: u.sqrt(),
    "tanh": lambda u: u.tanh(),
    "sigmoid": lambda u: u.sigmoid(),
    "relu": lambda u: u.relu(),
    "softmax": lambda u: u.softmax(-1),
    "log_softmax": lambda u: u.log_softmax(-1),
}
_TURNS: dict[str, Callable[[Tensor], Tensor]] = {"transpose": lambda u: u.transpose(-2, -1)}
FUNCTIONS = (*TOTALS, *CURVES, *_TURNS)
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.MatMult: lambda a, b: torch.matmul(a, b),  # noqa: PLW0108 torch is imported when it runs
}


def _power(base: Tensor, exponent: float) -> Tensor:
    return base**exponent


@dataclass(frozen=True)
class Derivations:
    """How the parts of a formula are computed and differentiated; `heard` gets each part with its value."""

    totals: Mapping[str, Callable[[Tensor], Tensor]] = field(default_factory=lambda: TOTALS)
    curves: Mapping[str, Callable[[Tensor], Tensor]] = field(default_factory=lambda: CURVES)
    power: Callable[[Tensor, float], Tensor] = _power
    heard: Callable[[ast.expr, Any], None] = lambda _part, _value: None


@lru_cache(1024)
def parse_tensor_formula(text: str) -> ast.expr:
    """Parse a formula of tensors, and check each of its parts.

    Raises:
        ExpressionError: it is too long, or has a part that such a formula cannot have.

    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"The formula has more than {MAX_CHARACTERS} characters.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not a formula of tensors.", _REMEDY) from None
    parts = [one for one in ast.walk(tree) if isinstance(one, ast.expr)]
    if len(parts) > MAX_PARTS:
        raise ExpressionError(f"The formula has more than {MAX_PARTS} parts.")
    for part in parts:
        _check(part)
    return tree


def _check(part: ast.expr) -> None:
    match part:
        case ast.Name() | ast.UnaryOp(op=ast.USub()):
            return
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int() as exponent)):
            if not 2 <= exponent <= MAX_EXPONENT:
                raise ExpressionError(f"An exponent must be from 2 to {MAX_EXPONENT}.", _REMEDY)
        case ast.BinOp(op=operator) if type(operator) in _OPERATORS:
            return
        case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]):
            if name not in FUNCTIONS:
                raise ExpressionError(f"There is no function '{name}'.", did_you_mean(name, FUNCTIONS))
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise ExpressionError(f"{name} takes one argument here.", _REMEDY)
        case _:
            told = f"'{ast.unparse(part)}' cannot be part of a formula of tensors."
            raise ExpressionError(told, f"It can use + - * / @ ** and {', '.join(FUNCTIONS)}.")


def names_of(tree: ast.expr) -> Iterator[str]:
    """Yield the names that are not those of functions."""
    called = {id(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
    yield from (one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and id(one) not in called)


def computed_by(tree: ast.expr, scope: Mapping[str, Any], rules: Derivations) -> Any:
    """Compute a formula from tensors and numbers.

    Raises:
        ExpressionError: torch refuses, as for shapes that do not fit.

    """
    try:
        return _computed(tree, scope, rules)
    except (RuntimeError, TypeError, ValueError, ZeroDivisionError, IndexError, OverflowError) as error:
        raise ExpressionError(f"torch cannot compute {ast.unparse(tree)}: {reason_of(error)}") from None


def _computed(part: ast.expr, scope: Mapping[str, Any], rules: Derivations) -> Any:
    value = _value(part, scope, rules)
    rules.heard(part, value)
    return value


def _value(part: ast.expr, scope: Mapping[str, Any], rules: Derivations) -> Any:
    match part:
        case ast.Name(id=name):
            return scope[name]
        case ast.Constant(value=number):
            return number
        case ast.UnaryOp(operand=operand):
            return -_computed(operand, scope, rules)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=exponent)):
            return rules.power(_computed(left, scope, rules), float(exponent))  # type: ignore[arg-type]
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_computed(left, scope, rules), _computed(right, scope, rules))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            function = {**rules.totals, **rules.curves, **_TURNS}[name]
            return function(torch.as_tensor(_computed(argument, scope, rules)))
    raise ExpressionError(f"'{ast.unparse(part)}' cannot be part of a formula of tensors.")
