"""Problems in a question that pydantic cannot find: in texts, formulas, layers and names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import did_you_mean
from grader.language.expressions import GIVEN, Expression, ExpressionError, names_in, parse_expression
from grader.language.layers import LayerError, parse_layer
from grader.language.templates import TextError, names_in_text


@dataclass(frozen=True)
class Problem:
    """A problem that pydantic cannot find; `path` starts at the question."""

    path: tuple[str | int, ...]
    sentence: str
    remedy: str = ""
    line: int = 0  # the line inside a text, from 1


def text_problems(text: str, path: tuple[str | int, ...], names: frozenset[str]) -> Iterator[Problem]:
    """Yield malformed Jinja, and names that are not parameters."""
    try:
        unknown = names_in_text(text) - names
    except TextError as error:
        yield Problem(path, str(error), "Check {{ }} and {% %}.", error.line)
        return
    for name in sorted(unknown):
        yield Problem(path, *_unknown(name, names), next_line_with(text, name))


def formula_problems(
    formula: Expression | Sequence[Any], path: tuple[str | int, ...], names: frozenset[str]
) -> Iterator[Problem]:
    """Yield formulas that cannot be read, and names that are not parameters."""
    if isinstance(formula, str):
        try:
            unknown = names_in(parse_expression(formula)) - names
        except ExpressionError as error:
            yield Problem(path, str(error), "Write it in Python, as in (M - K) // S + 1.")
            return
        for name in sorted(unknown):
            yield Problem(path, *_unknown(name, names))
    elif isinstance(formula, Sequence):
        for index, item in enumerate(formula):
            yield from formula_problems(item, (*path, index), names)


def layer_problems(text: str, path: tuple[str | int, ...], names: frozenset[str]) -> Iterator[Problem]:
    """Yield layers that cannot be read, and names that are not parameters."""
    try:
        unknown = parse_layer(text).names - names
    except LayerError as error:
        yield Problem(path, str(error), error.remedy)
        return
    for name in sorted(unknown):
        yield Problem(path, *_unknown(name, names))


def without_problems(without: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    """Yield excluded mistakes that are unknown."""
    for index, name in enumerate(without):
        if name not in known:
            sentence = f"There is no usual mistake '{name}'."
            yield Problem(("without", index), sentence, did_you_mean(name, known))


def _unknown(name: str, names: frozenset[str]) -> tuple[str, str]:
    if name.lower() in {"yes", "no", "on", "off", "true", "false"}:
        return f"'{name}' is read as text here.", "Write true or false."
    if name.startswith(f"{GIVEN}."):
        earlier = ", ".join(sorted(known for known in names if known.startswith(f"{GIVEN}.")))
        remedy = f"You can use {earlier}." if earlier else "Put that question above this one."
        return f"'{name}' is not the answer to an earlier number question.", remedy
    known = ", ".join(sorted(names))
    remedy = f"The parameters are: {known}." if known else "Define it under 'params'."
    return f"There is no parameter '{name}'.", remedy


def next_line_with(text: str, word: str) -> int:
    """Return the first line of a text, from 1, that contains a word; 0 if none does."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line), 0)
