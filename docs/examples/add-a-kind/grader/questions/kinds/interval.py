"""`interval`: the first and the last of some whole numbers, such as the rows that a kernel covers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.language.expressions import Expression, ExpressionError
from grader.language.fault import at
from grader.language.params import Variant
from grader.questions.base import Question, computed
from grader.questions.posed import Key, Mark, Posed, failed
from grader.questions.problems import Problem, formula_problems
from grader.questions.values import elements, malformed, plain, whole


class IntervalKey(Key):
    """The first and the last number."""

    ends: tuple[int, int]


class Interval(Question[Posed, IntervalKey, list[int]]):
    """The first and the last of some whole numbers, both included."""

    key_type: ClassVar[type[Key]] = IntervalKey

    kind: Literal["interval"]
    first: Annotated[Expression, Field(description="The first number, as a formula.")]
    last: Annotated[Expression, Field(description="The last number, as a formula.")]

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Find everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.first, ("first",), names)
        yield from formula_problems(self.last, ("last",), names)

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        return self.posed(variant, how="Write the first and the last number as a tuple, such as (2, 4).")

    def key(self, variant: Variant) -> IntervalKey:
        """Compute both ends."""
        first, last = self._end("first", variant), self._end("last", variant)
        return IntervalKey(
            solution=f"{self.id} = ({first}, {last})",
            wrong=self.authored_wrongs(variant),
            ends=(first, last),
        )

    def _end(self, name: str, variant: Variant) -> int:
        """Compute one end."""
        end = computed(getattr(self, name), variant, name)
        if type(end) is not int:
            with at(name):
                raise ExpressionError(f"{end!r} is not a whole number.")
        return end

    @classmethod
    def read(cls, posed: Posed, value: Any) -> list[int]:
        """Read two whole numbers."""
        numbers = elements(plain(value, posed.id))
        if len(numbers) != 2:
            raise malformed(posed.id, value, posed.how)
        return [whole(number, posed.id) for number in numbers]

    @classmethod
    def judge(cls, posed: Posed, key: IntervalKey, answer: list[int]) -> Mark:  # noqa: ARG003 the key says all
        """Give the verdict on two numbers."""
        if tuple(answer) == key.ends:
            return Mark("passed", 1.0, "")
        right = sum(given == wanted for given, wanted in zip(answer, key.ends, strict=True))
        otherwise = f"{right} of 2 numbers are right."
        return failed(key.wrong, lambda wrong: wrong.answer in (answer, tuple(answer)), otherwise)

    def numbers(self, key: IntervalKey) -> tuple[int, ...]:
        """Return both ends."""
        return key.ends
