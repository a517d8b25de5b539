"""What students compute with: the parameters that a question shows, and the parts of its formulas."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from grader.language.expressions import ExpressionError, names_in, parse_expression
from grader.language.fault import LanguageError
from grader.language.layers import parse_layer
from grader.language.params import Variant
from grader.language.templates import names_in_text
from grader.questions.base import Question
from grader.questions.values import is_number

AnyQuestion = Question[Any, Any, Any]

MAX_ATOMS = 90
MAX_CELLS = 25  # of a grid whose cells are used one by one
FREE, PART, FAR = 1, 2, 3  # the cost of a parameter, of a part of a formula, and of what other questions use
_PARTS = (ast.BinOp, ast.Call, ast.Subscript, ast.IfExp)


class Atom(NamedTuple):
    """A formula to begin with; `cost` counts its parts."""

    text: str
    cost: int


def atoms_of(question: AnyQuestion, others: Sequence[AnyQuestion], variant: Variant) -> list[Atom]:
    """Return the formulas that small formulas about a question are made of, cheapest first."""
    found: dict[str, int] = {}
    formulas = list(formulas_of(question, variant))
    own = frozenset().union(*map(_names, formulas), _names_of_text(question), _names_of_layer(question))
    for text, cost in (
        *((text, FREE) for text in ("1", "2", *_of_names(own, variant.params))),
        *((text, FREE) for text in _numbers(formulas)),
        *((text, FREE) for text in question.right_formulas(variant)),
        *((text, PART) for text in _counts(own, variant.params)),
        *((part, PART) for formula in formulas for part in _parts(formula)),
        *((text, FAR) for other in others for text in _scalars(other, variant)),
        *((name, FAR) for name, value in variant.params.items() if is_number(value)),
        *((text, FAR) for text in ("0", "3", "4")),
    ):
        found.setdefault(text, cost)
    return sorted((Atom(*item) for item in found.items()), key=lambda atom: atom.cost)[:MAX_ATOMS]


def formulas_of(question: AnyQuestion, variant: Variant) -> Iterator[str]:
    """Yield every formula of a question: the right answer, and all that its author wrote as formulas."""
    yield from question.right_formulas(variant)
    fields = question.model_dump(exclude=set(question.silent | {"layer", "signature", "starter"}))
    yield from (text for text in _texts(fields) if _names(text) & variant.params.keys())


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        with suppress(ExpressionError):
            parse_expression(data)
            yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value) if key not in {"message", "feedback", "text"} else ()
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


def _names(text: str) -> frozenset[str]:
    return names_in(parse_expression(text))


def _names_of_text(question: AnyQuestion) -> frozenset[str]:
    try:
        return names_in_text(question.prompt)
    except LanguageError:
        return frozenset()


def _names_of_layer(question: AnyQuestion) -> frozenset[str]:
    layer = getattr(question, "layer", "")
    return parse_layer(layer).names if layer else frozenset()


def _of_names(names: frozenset[str], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that are numbers, and the cells and sums of small grids."""
    for name in sorted(names & params.keys()):
        value = params[name]
        if is_number(value):
            yield name
        elif isinstance(value, list):
            yield from _of_grid(name, value)


def _counts(names: frozenset[str], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many cells small grids have, alone and times each number: what is done in each cell."""
    grids = [params[name] for name in sorted(names & params.keys()) if isinstance(params[name], list)]
    for grid in grids:
        if all(isinstance(row, list) for row in grid):
            count = sum(map(len, grid))
            yield str(count)
            yield from (
                f"{count} * {name}" for name in sorted(names & params.keys()) if is_number(params[name])
            )


def _of_grid(name: str, value: list[Any]) -> Iterator[str]:
    if all(map(is_number, value)) and len(value) <= MAX_CELLS:
        yield from (f"{name}[{index}]" for index in range(len(value)))
        yield f"sum({name})"
    elif all(isinstance(row, list) and all(map(is_number, row)) for row in value):
        rows = [f"sum({name}[{index}])" for index in range(len(value))]
        if sum(map(len, value)) <= MAX_CELLS:
            yield from (f"{name}[{i}][{j}]" for i, row in enumerate(value) for j in range(len(row)))
        yield from rows
        yield " + ".join(rows)


def _numbers(formulas: Sequence[str]) -> Iterator[str]:
    """Yield the small whole numbers that formulas contain."""
    for formula in formulas:
        for node in ast.walk(parse_expression(formula)):
            if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) <= 100:
                yield str(node.value)


def _parts(formula: str) -> Iterator[str]:
    """Yield a formula and the formulas in it."""
    for node in ast.walk(parse_expression(formula)):
        if isinstance(node, _PARTS):
            yield ast.unparse(node)


def _scalars(other: AnyQuestion, variant: Variant) -> Iterator[str]:
    """Yield the right formulas of another question if they are few: students mix questions up."""
    formulas = dict.fromkeys(other.right_formulas(variant))
    yield from formulas if len(formulas) <= 2 else ()
