"""`number`: one number, right within a tolerance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from grader.language.expressions import (
    GIVEN,
    Expression,
    ExpressionError,
    evaluate,
    names_in,
    parse_expression,
    written_out,
)
from grader.language.fault import at
from grader.language.params import Variant
from grader.language.record import Record
from grader.mistakes.counting import UNROUNDED
from grader.questions import wording
from grader.questions.base import Borderline, Question, computed
from grader.questions.closeness import GivenNumber, Tolerance
from grader.questions.parts import AnswerParts
from grader.questions.posed import Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems
from grader.questions.values import as_float, is_number, plain, single
from grader.torch_lazy import torch

DECIMALS = 0.005  # how far off a number with two decimals can be


class OwnFormulas(Record):
    """The formulas that judge an answer which builds on the student's own earlier ones."""

    params: Mapping[str, Any]
    answer: Expression
    wrong: tuple[Wrong, ...]  # with formulas as answers


class NumberKey(Key):
    """The right number, and how far off an answer can be."""

    own: OwnFormulas | None = None

    answer: int | float  # an int stays an int: texts say 36, not 36.0
    tolerance: float | None = None  # None: by the dtype of the answer


class Number(Question[Posed, NumberKey, GivenNumber]):
    """One number, computed by a formula."""

    key_type: ClassVar[type[Key]] = NumberKey

    usual: ClassVar[Sequence[str]] = (UNROUNDED,)

    is_one_number = True
    builds = True

    _written: Number | None = PrivateAttr(None)  # with the names of earlier questions

    kind: Literal["number"]
    answer: Annotated[Expression, Field(description="The right number, as a formula.")]
    tolerance: Tolerance = None

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.answer, ("answer",), names)

    @property
    def formula(self) -> Expression:
        """The formula of the right number."""
        return self.answer

    def built_on(self, formulas: Mapping[str, Expression]) -> Number:
        """Return the question with the formulas of earlier ones in place of their names."""

        def write(formula: Any) -> Any:
            return formula if formula is None or isinstance(formula, list) else written_out(formula, formulas)

        misconceptions = {
            name: one.model_copy(
                update={"answer": write(one.answer), "also": [write(other) for other in one.also]}
            )
            for name, one in self.misconceptions.items()
        }
        new = self.model_copy(update={"answer": write(self.answer), "misconceptions": misconceptions})
        if new != self:
            new._written = self  # noqa: SLF001 its own class
        return new

    @classmethod
    def key_by(cls, key: NumberKey, given: Mapping[str, Any]) -> NumberKey:
        """Return the key for the student's own earlier answers."""
        if key.own is None:
            return key
        scope = {**key.own.params, **{f"{GIVEN}.{name}": value for name, value in given.items()}}
        answer = evaluate(key.own.answer, scope)
        wrong = (one.model_copy(update={"answer": evaluate(one.answer, scope)}) for one in key.own.wrong)
        return key.model_copy(update={"answer": answer, "wrong": tuple(wrong)})

    def _own(self, variant: Variant) -> tuple[OwnFormulas | None, tuple[str, ...]]:
        """Return the formulas with the names of earlier questions, and these."""
        if self._written is None:
            return None, ()
        written = self._written
        formulas = [written.answer, *(answer for _, answer in _answers(written))]
        names = sorted(set().union(*(names_in(parse_expression(str(one))) for one in formulas)))
        wrong = tuple(
            Wrong(name=name, answer=answer, message=one.message, hint=one.hint)
            for (name, answer), one in zip(_answers(written), self.authored_wrongs(variant), strict=True)
        )
        params = {name: variant.params[name] for name in names if name in variant.params}
        earlier = tuple(name.partition(".")[2] for name in names if name.startswith(f"{GIVEN}."))
        return OwnFormulas(params=params, answer=written.answer, wrong=wrong), earlier

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        return self.posed(variant, how=wording.A_NUMBER)

    def key(self, variant: Variant) -> NumberKey:
        """Compute the number for this variant."""
        answer = computed(self.answer, variant, "answer")
        if not is_number(answer):
            with at("answer"):
                raise ExpressionError(f"The answer {answer!r} is not a number.")
        own, earlier = self._own(variant)
        return NumberKey(
            own=own,
            builds_on=earlier,
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
        return GivenNumber.read(posed, single(plain(value, posed.id)), value)

    @classmethod
    def judge(cls, posed: Posed, key: NumberKey, answer: GivenNumber) -> Mark:  # noqa: ARG003 the key is enough
        """Give the verdict on a number."""
        if answer.agrees(key.answer, key.tolerance):
            return Mark("passed", 1.0, "")

        def agrees(wrong: Wrong) -> bool:
            tolerance = max(key.tolerance or 0, DECIMALS) if wrong.name == UNROUNDED else key.tolerance
            return is_number(wrong.answer) and answer.agrees(wrong.answer, tolerance)

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


def _answers(question: Number) -> list[tuple[str, Any]]:
    """Return the wrong answers of a question, each with its misconception."""
    return [
        (name, answer) for name, one in question.misconceptions.items() for answer in (one.answer, *one.also)
    ]
