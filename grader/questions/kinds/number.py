"""`number`: one number, right within a tolerance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.language.expressions import Expression, ExpressionError
from grader.language.fault import at
from grader.language.params import Variant
from grader.mistakes.counting import UNROUNDED
from grader.questions import wording
from grader.questions.base import Borderline, Question, computed
from grader.questions.closeness import Precision, dtype_of, is_close, precision_of
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems
from grader.questions.values import Real, as_float, describe, is_number, malformed, plain, single
from grader.torch_lazy import torch

DECIMALS = 0.005  # how far off a number with two decimals can be


class NumberKey(Key):
    """The right number, and how far off an answer can be."""

    answer: int | float  # an int stays an int: texts say 36, not 36.0
    tolerance: float | None = None  # None: by the dtype of the answer


@dataclass(frozen=True)
class GivenNumber:
    """A student's number, and its precision."""

    value: Real
    precision: Precision


class Number(Question[Posed, NumberKey, GivenNumber]):
    """One number, computed by a formula."""

    key_type: ClassVar[type[Key]] = NumberKey

    usual: ClassVar[Sequence[str]] = (UNROUNDED,)

    is_one_number = True

    kind: Literal["number"]
    answer: Annotated[Expression, Field(description="The right number, as a formula.")]
    tolerance: Annotated[
        float | None,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="How far off an answer can be; by default as in torch.testing.assert_close.",
        ),
    ] = None

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.answer, ("answer",), names)

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        return self.posed(variant, how=wording.A_NUMBER)

    def key(self, variant: Variant) -> NumberKey:
        """Compute the number for this variant."""
        answer = computed(self.answer, variant, "answer")
        if not is_number(answer):
            with at("answer"):
                raise ExpressionError(f"The answer {answer!r} is not a number.")
        return NumberKey(
            solution=f"{self.id} = {answer!r}",
            wrong=(*self.authored_wrongs(variant), *self._unrounded(variant)),
            answer=answer,
            tolerance=self.tolerance,
        )

    def _unrounded(self, variant: Variant) -> Iterator[Wrong]:
        """Yield the result of the formula without rounding its quotients, if it is not a whole number."""
        formula = str(self.answer)
        if "//" in formula and UNROUNDED not in self.misconceptions:
            number = computed(formula.replace("//", "/"), variant, "answer")
            if is_number(number) and number != int(number):
                yield Wrong(name=UNROUNDED, answer=number, message=wording.UNROUNDED)

    @classmethod
    def read(cls, posed: Posed, value: Any) -> GivenNumber:
        """Read a finite number."""
        number = single(plain(value, posed.id))
        if not is_number(number):
            raise malformed(posed.id, value, posed.how)
        if not math.isfinite(as_float(number)):
            raise FormError(wording.NOT_FINITE.format(name=posed.id, what=describe(number)))
        return GivenNumber(number, precision_of(number, dtype_of(value)))

    @classmethod
    def judge(cls, posed: Posed, key: NumberKey, answer: GivenNumber) -> Mark:  # noqa: ARG003 the key is enough
        """Give the verdict on a number."""
        if _agrees(answer, key.answer, key.tolerance):
            return Mark("passed", 1.0, "")

        def agrees(wrong: Wrong) -> bool:
            tolerance = max(key.tolerance or 0, DECIMALS) if wrong.name == UNROUNDED else key.tolerance
            return is_number(wrong.answer) and _agrees(answer, wrong.answer, tolerance)

        number = format(as_float(answer.value), "g")
        return failed(key.wrong, agrees, wording.WRONG_NUMBER.format(number=number))

    def parts(self, variant: Variant, answer: GivenNumber) -> AnswerParts:  # noqa: ARG002 every variant is alike
        """Return the number."""
        return AnswerParts((), (as_float(answer.value),))

    def right_formulas(self, variant: Variant) -> Sequence[str]:  # noqa: ARG002 the same for all
        """Return the author's formula."""
        return (str(self.answer),)

    def numbers(self, key: NumberKey) -> tuple[float, ...]:
        """Return the right number."""
        return (key.answer,)

    def borderline(self, key: NumberKey) -> Iterator[Borderline]:
        """Yield the right number in float32, and zero, which is right only if the answer is zero."""
        single = torch.tensor(float(key.answer), dtype=torch.float32)
        if single.isfinite():
            yield Borderline("computed in float32", single, is_right=True)
        if key.answer:
            yield Borderline("0", 0, is_right=False)


def _agrees(given: GivenNumber, wanted: Real, tolerance: float | None) -> bool:
    """Return whether a number is close enough to another."""
    if tolerance is None:
        return is_close(given.value, wanted, given.precision)
    return given.value == wanted or abs(as_float(given.value) - as_float(wanted)) <= tolerance
