"""Jinja in the texts of a course: sandboxed, and strict about names that are not defined."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_POWER = 1000


class TextError(ValueError):
    """A text that cannot be rendered. `line` counts from 1 within the text."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


def matrix(value: list[Any]) -> str:
    """A nested list with one row to a line, as one writes it in a program.

    >>> print(matrix([[1, 0], [2, 3]]))
    [[1, 0],
     [2, 3]]
    """
    if not value or not isinstance(value[0], list):
        return str(value)
    rows = [matrix(row).replace("\n", "\n ") for row in value]
    return "[" + ",\n ".join(rows) + "]"


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with powers that come to an end."""

    intercepted_binops = frozenset({"**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, int | float) and abs(side) <= MAX_POWER for side in (left, right)):
            msg = f"A power can be of {MAX_POWER} and to {MAX_POWER} at most."
            raise ValueError(msg)
        return super().call_binop(context, operator, left, right)


def _environment() -> ImmutableSandboxedEnvironment:
    # Not optimized: what a text computes is computed when it is rendered, not when it is read.
    environment = _Environment(undefined=StrictUndefined, autoescape=False, optimized=False)
    del (
        environment.filters["random"],
        environment.globals["lipsum"],
    )  # the same text for the same student, always
    environment.filters["matrix"] = matrix
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def names_in_text(text: str) -> frozenset[str]:
    """The names that a text needs.

    Raises:
        TextError: the Jinja in it is malformed.

    """
    try:
        _template(text)  # finds unknown filters and tests, which parsing alone does not
        return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text))) - set(_ENVIRONMENT.globals)
    except TemplateSyntaxError as error:
        raise TextError(f"The Jinja in this text is malformed: {error.message}", error.lineno) from None
    except Exception as error:
        raise TextError(f"This text cannot be read: {type(error).__name__}.") from None


def render(text: str, scope: Mapping[str, Any]) -> str:
    """The text with the values of `scope` in it.

    Raises:
        TextError: it is malformed, needs a name that is not there, or fails on the values.

    """
    if "{" not in text:  # nothing in it is Jinja's
        return text.strip()
    try:
        return _template(text).render(scope).strip()
    except TemplateSyntaxError as error:
        raise TextError(f"The Jinja in this text is malformed: {error.message}", error.lineno) from None
    except Exception as error:
        raise TextError(f"This text cannot be rendered: {error}") from None
