"""The usual mistakes in a formula: each is the right formula with one thing changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from grader.mistakes import wording
from grader.mistakes.counting import UNROUNDED
from grader.mistakes.mistake import Slip

MAX_SLIPS = 100  # of one formula
_ANGLES = ("sin", "cos", "tan")
_ROUNDING = ("floor", "int", "ceil", "round")

Rewriting = Callable[[ast.expr], Iterator[ast.expr]]


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, op, right)


def _is_sum(op: ast.operator) -> bool:
    return isinstance(op, ast.Add | ast.Sub)


def _is_product(op: ast.operator) -> bool:
    return isinstance(op, ast.Mult | ast.Div | ast.FloorDiv)


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _without_constant(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub(), ast.Constant()):
            yield left
        case ast.BinOp(ast.Constant(), ast.Add(), right):
            yield right


def _other_sign(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            yield _binary(left, ast.Sub(), right)
        case ast.BinOp(left, ast.Sub(), right):
            yield _binary(left, ast.Add(), right)
        case ast.UnaryOp(ast.USub(), operand):
            yield operand


def _unrounded(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.FloorDiv(), right):
            yield _binary(left, ast.Div(), right)
        case ast.Call(ast.Name(name), [argument]) if name in _ROUNDING:
            yield argument


def _rounded_up(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.FloorDiv(), right):
            yield _call("ceil", _binary(left, ast.Div(), right))
        case ast.Call(ast.Name("floor" | "int"), [argument]):
            yield _call("ceil", argument)


def _swapped_quotient(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Div() | ast.FloorDiv() as op, right):
            yield _binary(right, op, left)


def _without_brackets(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what is computed if a sum in a product or a quotient has no brackets around it."""
    match node:
        case ast.BinOp(ast.BinOp(first, op, last), by, right) if _is_product(by) and _is_sum(op):
            yield _binary(first, op, _binary(last, by, right))
    match node:
        case ast.BinOp(left, by, ast.BinOp(first, op, last)) if _is_product(by) and _is_sum(op):
            yield _binary(_binary(left, by, first), op, last)


def _without_factor(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(ast.Constant(), ast.Mult(), right):
            yield right
        case ast.BinOp(left, ast.Mult() | ast.Div() | ast.FloorDiv(), ast.Constant()):
            yield left


def _power_as_product(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Pow(), right):
            yield _binary(left, ast.Mult(), right)


def _without_power(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Pow(), _):
            yield left
        case ast.Call(ast.Name("sqrt"), [argument]):
            yield argument


def _of_degrees(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(ast.Name(name), [argument]) if name in _ANGLES:
            half = _binary(ast.Name("pi", ast.Load()), ast.Div(), ast.Constant(180))
            yield _call(name, _binary(argument, ast.Mult(), half))


def _other_logarithm(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(ast.Name("log"), [_]):
            for base in (2, 10):
                yield _binary(node, ast.Div(), _call("log", ast.Constant(base)))


CHANGES: tuple[tuple[str, str, Rewriting], ...] = (  # of one place in the formula
    ("forgot-constant", wording.FORGOT_CONSTANT, _without_constant),
    ("other-sign", wording.OTHER_SIGN, _other_sign),
    (UNROUNDED, wording.FORGOT_TO_ROUND, _unrounded),
    ("rounded-up", wording.ROUNDED_UP, _rounded_up),
    ("swapped-quotient", wording.SWAPPED_QUOTIENT, _swapped_quotient),
    ("left-out-brackets", wording.LEFT_OUT_BRACKETS, _without_brackets),
    ("forgot-factor", wording.FORGOT_FACTOR, _without_factor),
    ("power-as-product", wording.POWER_AS_PRODUCT, _power_as_product),
    ("forgot-power", wording.FORGOT_POWER, _without_power),
    ("degrees-for-radians", wording.DEGREES, _of_degrees),
    ("other-logarithm", wording.OTHER_LOGARITHM, _other_logarithm),
)
OF_ALL: tuple[tuple[str, str, str], ...] = (  # of the formula as a whole
    ("factor-of-two", wording.FACTOR_OF_TWO, "2 * ({formula})"),
    ("factor-of-two", wording.FACTOR_OF_TWO, "({formula}) / 2"),
    ("off-by-one", wording.OFF_BY_ONE, "({formula}) + 1"),
    ("off-by-one", wording.OFF_BY_ONE, "({formula}) - 1"),
    ("upside-down", wording.UPSIDE_DOWN, "1 / ({formula})"),
    ("opposite-sign", wording.OPPOSITE_SIGN, "-({formula})"),
)
SWAPPED_NAMES = "swapped-names"
ALGEBRA_MISTAKES = tuple(dict.fromkeys([*(name for name, *_ in (*CHANGES, *OF_ALL)), SWAPPED_NAMES]))


def formula_slips(tree: ast.expr, variables: Sequence[str]) -> Iterator[Slip]:
    """Yield the usual mistakes in a formula, each with the wrong formula; the first is the most usual."""
    formula = ast.unparse(tree)
    places = list(ast.walk(tree))
    for name, message, change in CHANGES:
        for place in places:
            if isinstance(place, ast.expr):
                for changed in change(place):
                    yield Slip(name, message, _replaced(tree, place, changed))
    for name, message, pattern in OF_ALL:
        yield Slip(name, message, ast.unparse(ast.parse(pattern.format(formula=formula), mode="eval").body))
    for one, other in combinations(variables, 2):
        yield Slip(SWAPPED_NAMES, wording.SWAPPED_NAMES, _renamed(tree, {one: other, other: one}))


class _Replacing(ast.NodeTransformer):
    def __init__(self, place: ast.AST, by: ast.expr) -> None:
        self._place, self._by = place, by

    def visit(self, node: ast.AST) -> ast.AST:
        return self._by if node is self._place else self.generic_visit(node)


def _replaced(tree: ast.expr, place: ast.expr, by: ast.expr) -> str:
    """Return the formula with one place of it replaced."""
    both = copy.deepcopy((tree, place, by))  # in one copy, so that the place stays a part of the tree
    return ast.unparse(_Replacing(both[1], both[2]).visit(both[0]))


def _renamed(tree: ast.expr, names: dict[str, str]) -> str:
    renamed = copy.deepcopy(tree)
    for node in ast.walk(renamed):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(renamed)
