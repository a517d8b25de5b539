"""`number`: one number, right within a tolerance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.language.expressions import Expression, ExpressionError
from grader.language.fault import at
from grader.language.params import Variant
from grader.questions.question import (
    FormError,
    Key,
    Mark,
    Posed,
    Problem,
    Question,
    Wrong,
    computed,
    failed,
    formula_problems,
)
from grader.questions.values import as_float, describe, is_number, plain


class NumberKey(Key):
    """The number, and how far off an answer may be."""

    answer: float
    tolerance: float


class Number(Question):
    """One number, computed by a formula."""

    key_type: ClassVar[type[Key]] = NumberKey

    kind: Literal["number"]
    answer: Annotated[Expression, Field(description="The right number, as a formula.")]
    tolerance: Annotated[
        float, Field(ge=0, allow_inf_nan=False, description="How far off an answer may be.")
    ] = 1e-6

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.answer, ("answer",), names)

    def pose(self, variant: Variant) -> Posed:
        """The question as the student of this variant sees it."""
        return self.posed(variant, how="Write a number.")

    def key(self, variant: Variant) -> NumberKey:
        """The number for this variant."""
        answer = computed(self.answer, variant, "answer")
        if not is_number(answer):
            with at("answer"):
                raise ExpressionError(f"The answer {answer!r} is not a number.")
        return NumberKey(
            solution=f"{self.id} = {answer!r}",
            wrong=self.authored_wrongs(variant),
            answer=answer,
            tolerance=self.tolerance,
        )

    @classmethod
    def read_form(cls, posed: Posed, value: Any) -> None:
        """Raise FormError unless it is a number."""
        _read(posed, value)

    @classmethod
    def mark(cls, posed: Posed, key: Key, value: Any) -> Mark:
        """The verdict on a number."""
        assert isinstance(key, NumberKey)  # noqa: S101 a narrowing for mypy
        given = _read(posed, value)
        if abs(given - key.answer) <= key.tolerance:
            return Mark("passed", 1.0, "")

        def agrees(wrong: Wrong) -> bool:
            return is_number(wrong.answer) and abs(given - as_float(wrong.answer)) <= key.tolerance

        return failed(key.wrong, agrees, f"{given:g} is not the number that is asked for.")


def _read(posed: Posed, value: Any) -> float:
    number = plain(value, posed.id)
    if not is_number(number):
        raise FormError(f"`{posed.id}` is {describe(value)}. {posed.how}")
    if not math.isfinite(as_float(number)):
        raise FormError(f"`{posed.id}` is {describe(number)}, which is not a finite number.")
    return float(number)
