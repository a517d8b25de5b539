"""Small formulas in YAML, such as `(M - K) // S + 1`, read with `ast` against an allow-list."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Expression = bool | int | float | str  # text is a formula; anything else stands for itself
Scope = Mapping[str, Any]

MAX_CHARACTERS = 1000
MAX_DIGITS = 20
MAX_EXPONENT = 64
MAX_BASE = 1_000_000

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "float": float,
    "floor": math.floor,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "round": lambda number, digits=0: (
        round(number, min(max(digits, -MAX_DIGITS), MAX_DIGITS)) if digits else round(number)
    ),
    "sqrt": math.sqrt,
    "sum": sum,
}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_PLAIN = (ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Tuple, ast.List, ast.IfExp, ast.Subscript)
_NODES = (
    *_PLAIN,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    ast.Call,
    *_BINARY,
    *_UNARY,
    *_COMPARE,
)


class ExpressionError(ValueError):
    """A formula that cannot be read or computed; the text is a sentence without a place."""


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> ast.expr:
    """The tree of a formula, holding nothing but what the allow-list has.

    Raises:
        ExpressionError: it is too long, not a formula, or uses something else.

    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"The formula is longer than {MAX_CHARACTERS} characters.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not a formula.") from None
    for node in ast.walk(tree):
        _check_node(node, text)
    return tree.body


def _check_node(node: ast.AST, text: str) -> None:
    if not isinstance(node, _NODES):
        raise ExpressionError(f"'{text}' uses {type(node).__name__}, which a formula cannot.")
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str | None):
        raise ExpressionError(f"'{text}' has a value that is neither a number nor a text.")
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else "that"
        if name not in FUNCTIONS or node.keywords:
            raise ExpressionError(
                f"'{text}' calls {name}; a formula can call {', '.join(sorted(FUNCTIONS))}."
            )


def names_in(tree: ast.AST) -> frozenset[str]:
    """The parameters that a formula reads."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names - FUNCTIONS.keys())


def evaluate(expression: Expression | Sequence[Any], scope: Scope) -> Any:
    """The value of a formula, or of a list of them, where `scope` gives the parameters.

    Raises:
        ExpressionError: it cannot be computed.

    """
    if isinstance(expression, str):
        return evaluate_tree(parse_expression(expression), scope)
    if isinstance(expression, Sequence):
        return [evaluate(item, scope) for item in expression]
    return expression


def evaluate_tree(tree: ast.expr, scope: Scope) -> Any:
    """Like `evaluate`, for a formula that has been read."""
    try:
        return _value(tree, scope)
    except (ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
        if isinstance(error, ExpressionError):
            raise
        what = (
            "It is nested too deeply."
            if isinstance(error, RecursionError)
            else f"{ast.unparse(tree)}: {error}."
        )
        raise ExpressionError(f"A formula cannot be computed. {what}") from None


def _value(node: ast.expr, scope: Scope) -> Any:  # noqa: C901 one branch for each form of formula
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in scope:
                raise ExpressionError(f"There is no parameter '{name}'.")
            return scope[name]
        case ast.Tuple(elts=items):
            return tuple(_value(item, scope) for item in items)
        case ast.List(elts=items):
            return [_value(item, scope) for item in items]
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_value(operand, scope))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left, scope), _value(right, scope))
        case ast.BoolOp(op=op, values=values):
            return _first_that_decides(op, values, scope)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            values = [_value(item, scope) for item in (left, *comparators)]
            return all(_COMPARE[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, scope) else orelse, scope)
        case ast.Subscript(value=value, slice=index):
            return _value(value, scope)[_value(index, scope)]
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_value(argument, scope) for argument in arguments))
    raise ExpressionError(f"'{ast.unparse(node)}' cannot be computed.")


def _first_that_decides(op: ast.boolop, operands: Sequence[ast.expr], scope: Scope) -> Any:
    value = None
    for operand in operands:
        value = _value(operand, scope)
        if bool(value) is isinstance(op, ast.Or):
            break
    return value


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Mult | ast.Mod | ast.Pow):
        if not all(isinstance(side, int | float) for side in (left, right)):
            raise ExpressionError("Only numbers can be multiplied or divided.")
        if isinstance(op, ast.Pow) and (abs(right) > MAX_EXPONENT or abs(left) > MAX_BASE):
            raise ExpressionError(f"A power is too large; {MAX_BASE} ** {MAX_EXPONENT} is the most.")
    return _BINARY[type(op)](left, right)
