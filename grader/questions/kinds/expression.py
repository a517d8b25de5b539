"""`expression`: a formula, right if it gives the same as the author's wherever it is tried."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from grader.language.draws import Draws
from grader.language.expressions import Expression, ExpressionError, evaluate_tree, filled, parse_expression
from grader.language.fault import at
from grader.language.params import Variant
from grader.language.record import Record
from grader.mistakes.algebra import ALGEBRA_MISTAKES, MAX_SLIPS, formula_slips
from grader.mistakes.mistake import Slip
from grader.questions import wording
from grader.questions.base import Misconception, Question, rendered
from grader.questions.closeness import PRECISIONS, is_close
from grader.questions.notation import CONSTANTS, read_formula
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems, without_problems
from grader.questions.values import as_float, describe, is_number, plain, single

POINTS = 24  # at which formulas are compared
LEAST_POINTS = 12  # at which the right formula must have a value
TRIES = 1000  # draws of one point that must meet the conditions
STEPS = 10**6  # into which a range of real numbers is divided
MAX_VARIABLES = 8
DOUBLE = PRECISIONS["float64"]
ROUNDING = 1e-12  # of the numbers in a sum, where its terms cancel

Coordinate = int | float
Outputs = tuple[Coordinate | None, ...]  # at each point; None where a formula has no value


class Domain(Record):
    """The numbers at which a variable is tried: whole ones, or real ones if an end has a point."""

    from_: Annotated[Coordinate, Field(alias="from", ge=-1e9, le=1e9, description="The smallest number.")]
    to: Annotated[Coordinate, Field(ge=-1e9, le=1e9, description="The largest number, included.")]

    @model_validator(mode="after")
    def _in_order(self) -> Domain:
        if self.to < self.from_:
            msg = "'to' is below 'from'."
            raise ValueError(msg)
        return self

    def draw(self, draws: Draws) -> Coordinate:
        """Draw one number."""
        if isinstance(self.from_, int) and isinstance(self.to, int):
            return self.from_ + draws.below(self.to - self.from_ + 1)
        return self.from_ + (self.to - self.from_) * draws.below(STEPS + 1) / STEPS


class FormulaPosed(Posed):
    """A question for a formula in these variables."""

    variables: tuple[str, ...] = ()


class FormulaKey(Key):
    """The points at which formulas are compared, and what right and wrong ones give there."""

    points: tuple[tuple[Coordinate, ...], ...]
    values: Outputs
    wrong_values: tuple[Outputs, ...]


class Formula(Question[FormulaPosed, FormulaKey, ast.expr]):
    """A formula in the given variables, however it is written."""

    usual: ClassVar[Sequence[str]] = ALGEBRA_MISTAKES
    posed_type: ClassVar[type[Posed]] = FormulaPosed
    key_type: ClassVar[type[Key]] = FormulaKey

    kind: Literal["expression"]
    answer: Annotated[Expression, Field(description="The right formula, in variables and parameters.")]
    variables: Annotated[
        dict[str, Domain],
        Field(
            min_length=1,
            max_length=MAX_VARIABLES,
            description="By name: the numbers with which the formula is tried.",
        ),
    ]
    where: Annotated[list[str], Field(description="Conditions that each point must meet.")] = []
    without: Annotated[list[str], Field(description="Usual mistakes to leave out, by name.")] = []

    @model_validator(mode="after")
    def _proper_names(self) -> Formula:
        if not all(name.isidentifier() and name.isascii() for name in self.variables):
            msg = "The variables must be Python names, such as n"
            raise ValueError(msg)
        return self

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        known = self._known(names)
        yield from formula_problems(self.answer, ("answer",), known)
        for index, condition in enumerate(self.where):
            yield from formula_problems(condition, ("where", index), known)
        for name in self.variables:
            if name in names:
                yield Problem(("variables", name), f"'{name}' is also a parameter.", "Rename one of them.")
        yield from without_problems(self.without, self.usual)

    def _known(self, names: frozenset[str]) -> frozenset[str]:
        return names | self.variables.keys() | set(CONSTANTS)

    def _answer_problems(
        self, misconception: Misconception, here: tuple[str | int, ...], names: frozenset[str]
    ) -> Iterator[Problem]:
        yield from super()._answer_problems(misconception, here, self._known(names))
        for answer in (misconception.answer, *misconception.also):
            if isinstance(answer, list):
                yield Problem(here, "A list is not a formula.", "Write one formula in quotes.")

    def pose(self, variant: Variant) -> FormulaPosed:
        """Write the question as the student of this variant sees it."""
        names = tuple(self.variables)
        how = wording.A_FORMULA.format(names=wording.listed(f"`{name}`" for name in names), first=names[0])
        return self.posed(variant, how=how, variables=names)

    def sketch(self, variant: Variant) -> tuple[FormulaPosed, FormulaKey]:
        """Return the key, and the question with its variables."""
        return self.unwritten(variables=tuple(self.variables)), self.key(variant)

    def key(self, variant: Variant) -> FormulaKey:
        """Draw the points, and compute what right and wrong formulas give there."""
        points = tuple(self._points(variant))
        right = self._filled(self.answer, variant, "answer")
        values = self._values(right, points)
        if sum(value is not None for value in values) < LEAST_POINTS:
            with at("answer"):
                raise ExpressionError(
                    "The formula has no value at most points.",
                    "Narrow the ranges of the variables, or add a condition to 'where'.",
                )
        wrongs = dict(self._wrongs(right, points, values, variant))
        return FormulaKey(
            solution=f"{self.id} = {right!r}",
            wrong=tuple(wrong for wrong, _ in wrongs.values()),
            points=points,
            values=values,
            wrong_values=tuple(its for _, its in wrongs.values()),
        )

    def _points(self, variant: Variant) -> Iterator[tuple[Coordinate, ...]]:
        """Draw the points, all of which meet the conditions."""
        for number in range(POINTS):
            for attempt in range(TRIES):
                draws = variant.draws.under(self.id, "point", number, attempt)
                drawn = {name: one.draw(draws.under(name)) for name, one in self.variables.items()}
                if self._meets(variant, drawn):
                    break
            else:
                with at("where"):
                    raise ExpressionError(
                        "No point meets these conditions.", "Widen the ranges of the variables."
                    )
            yield tuple(drawn.values())

    def _meets(self, variant: Variant, drawn: Mapping[str, Coordinate]) -> bool:
        scope = {**_constants(), **variant.params, **drawn}
        return all(_value(parse_expression(condition), scope) for condition in self.where)

    def _filled(self, formula: Expression | list[Any] | None, variant: Variant, *path: str | int) -> str:
        """Return a formula with the variant's parameters in it."""
        with at(*path):
            return filled(str(formula), {k: v for k, v in variant.params.items() if k not in self.variables})

    def _values(self, formula: str, points: Sequence[tuple[Coordinate, ...]]) -> Outputs:
        return _values_of(parse_expression(formula), tuple(self.variables), points)

    def _wrongs(
        self, right: str, points: Sequence[tuple[Coordinate, ...]], values: Outputs, variant: Variant
    ) -> Iterator[tuple[str, tuple[Wrong, Outputs]]]:
        """Yield the author's misconceptions and the usual ones that give something else, by formula."""
        seen = {_rounded(values)}
        for wrong in self._authored(variant):
            its = self._values(wrong.answer, points)
            seen.add(_rounded(its))
            yield f"{wrong.name} {wrong.answer}", (wrong, its)
        for slip in self._slips(right):
            its = self._values(slip.answer, points)
            if _rounded(its) not in seen and any(value is not None for value in its):
                seen.add(_rounded(its))
                yield f"{slip.name} {slip.answer}", (Wrong.of(slip), its)

    def _slips(self, right: str) -> Iterator[Slip]:
        left_out = {*self.misconceptions, *self.without}
        slips = formula_slips(parse_expression(right), tuple(self.variables))
        yield from [slip for slip in slips if slip.name not in left_out][:MAX_SLIPS]

    def _authored(self, variant: Variant) -> Iterator[Wrong]:
        for name, one in self.misconceptions.items():
            here = ("misconceptions", name)
            message = rendered(one.message, variant, *here, "message")
            for answer in (one.answer, *one.also):
                formula = self._filled(answer, variant, *here)
                yield Wrong(name=name, answer=formula, message=message, hint=one.hint)

    @classmethod
    def read(cls, posed: FormulaPosed, value: Any) -> ast.expr:
        """Read a formula in quotes, or a number."""
        given = single(plain(value, posed.id))
        if is_number(given) and math.isfinite(as_float(given)):
            given = str(given)
        if not isinstance(given, str):
            raise FormError(wording.MALFORMED.format(name=posed.id, what=describe(value), how=posed.how))
        return read_formula(given, posed.id, posed.variables)

    @classmethod
    def judge(cls, posed: FormulaPosed, key: FormulaKey, answer: ast.expr) -> Mark:
        """Give the verdict on a formula by what it gives at the points."""
        given = _values_of(answer, posed.variables, key.points)
        noises = _noises(key)
        agree = list(map(_agree, given, key.values, noises))
        differ = [index for index, is_alike in enumerate(agree) if not is_alike]
        if not differ:
            return Mark("passed", 1.0, "")
        alike = [
            wrong
            for wrong, its in zip(key.wrong, key.wrong_values, strict=True)
            if all(map(_agree, given, its, noises))
        ]
        first = differ[0]
        where = wording.listed(
            f"{name} = {number:g}" for name, number in zip(posed.variables, key.points[first], strict=True)
        )
        result = wording.NO_VALUE if given[first] is None else f"{given[first]:g}"
        return failed(alike, lambda _: True, wording.WRONG_FORMULA.format(where=where, result=result))


def _constants() -> dict[str, Coordinate]:
    return {name: getattr(math, name) for name in CONSTANTS}


def _value(tree: ast.expr, scope: Mapping[str, Any]) -> Coordinate | None:
    """Return the value of a formula; None if it has none."""
    try:
        value = evaluate_tree(tree, scope)
    except ExpressionError:
        return None
    return value if isinstance(value, int | float) else None


@lru_cache(maxsize=1 << 10)  # a key and the marks of its misconceptions ask for the same
def _values_of(tree: ast.expr, names: Sequence[str], points: Sequence[tuple[Coordinate, ...]]) -> Outputs:
    constants = _constants()
    return tuple(_value(tree, {**constants, **dict(zip(names, point, strict=True))}) for point in points)


def _noises(key: FormulaKey) -> list[float]:
    """Return how far two ways to compute the same can be apart at each point, where terms cancel."""
    largest = max((abs(as_float(value)) for value in key.values if value is not None), default=0.0)
    return [ROUNDING * min(largest, max(abs(as_float(one)) for one in point)) for point in key.points]


def _agree(one: Coordinate | None, other: Coordinate | None, noise: float) -> bool:
    """Return whether two formulas give the same at a point, or both nothing."""
    if one is None or other is None:
        return one is other
    return is_close(one, other, DOUBLE, noise)


def _rounded(values: Outputs) -> tuple[str, ...]:
    return tuple("" if value is None else format(value + 0.0, ".9g") for value in values)
