"""Formulas that are one or two slips away from a formula: a wrong name, a lost term, another operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import islice

from grader.language.expressions import parse_expression

MAX_EDITS = 3000
_OTHERS: dict[type[ast.operator], tuple[ast.operator, ...]] = {
    ast.Add: (ast.Sub(), ast.Mult()),
    ast.Sub: (ast.Add(),),
    ast.Mult: (ast.Add(),),
    ast.FloorDiv: (ast.Mult(), ast.Mod(), ast.Sub()),
    ast.Mod: (ast.FloorDiv(),),
    ast.Pow: (ast.Mult(),),
}


def edited(formulas: Sequence[str], names: Sequence[str]) -> Iterator[ast.expr]:
    """Yield the formulas, then those with one slip, then with two; `names` stand in for others."""
    trees = [parse_expression(text) for text in formulas]
    ones = [edit for tree in trees for edit in _edits(tree, names)][:MAX_EDITS]
    yield from (*trees, *ones)
    yield from islice((two for one in ones for two in _edits(one, names)), MAX_EDITS)


def _edits(tree: ast.expr, names: Sequence[str]) -> Iterator[ast.expr]:
    """Yield a formula with each of its parts replaced in turn."""
    yield from _instead(tree, names)
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            yield from (ast.BinOp(one, op, right) for one in _edits(left, names))
            yield from (ast.BinOp(left, op, one) for one in _edits(right, names))
        case ast.IfExp(body=body):
            yield from _edits(body, names)
            yield body


def _instead(tree: ast.expr, names: Sequence[str]) -> Iterator[ast.expr]:
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            yield from (left, right, ast.BinOp(right, op, left))
            yield from (ast.BinOp(left, other, right) for other in _OTHERS.get(type(op), ()))
            yield ast.BinOp(tree, ast.Pow(), ast.Constant(2))
        case ast.Name(id=own):
            others = [ast.Name(name) for name in names if name != own]
            yield from others
            for op in (ast.FloorDiv(), ast.Mult(), ast.Add(), ast.Sub()):
                yield from (ast.BinOp(tree, op, other) for other in (*others, ast.Constant(1)))
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(other) for other in (value + 1, value - 1, 2 * value) if other != value)
