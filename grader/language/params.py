"""The parameters of an exercise, and the variant of each student."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from grader.language.draws import Draws
from grader.language.expressions import (
    Expression,
    ExpressionError,
    evaluate,
    names_in,
    parse_expression,
    whole_numbers,
)
from grader.language.fault import LanguageError, at
from grader.language.record import Record

T = TypeVar("T")

MAX_TRIES = 10_000
MAX_SIDE = 64  # of a grid
MAX_CELLS = 4096
CANDIDATES = 1000  # draws that are tried to meet all demands


class VariantError(LanguageError):
    """No variant could be drawn."""


class Range(Record):
    """A whole number from a range, both ends included, in steps of `step`."""

    from_: Annotated[int, Field(alias="from")]
    to: int
    step: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.to < self.from_:
            msg = "'to' is below 'from'."
            raise ValueError(msg)
        return self

    def draw(self, draws: Draws) -> int:
        """Return one number from a list."""
        return self.from_ + self.step * draws.below((self.to - self.from_) // self.step + 1)


class Decimals(Record):
    """A number with decimals from a range, both ends included."""

    from_: Annotated[float, Field(alias="from", ge=-1e9, le=1e9)]
    to: Annotated[float, Field(ge=-1e9, le=1e9)]
    digits: Annotated[int, Field(ge=1, le=9, description="The number of decimal places.")]

    @model_validator(mode="after")
    def _in_order(self) -> Decimals:
        if self.to < self.from_:
            msg = "'to' is below 'from'."
            raise ValueError(msg)
        if any(round(end, self.digits) != end for end in (self.from_, self.to)):
            msg = f"'from' and 'to' have more decimal places than 'digits' allows: {self.digits}."
            raise ValueError(msg)
        return self

    def draw(self, draws: Draws) -> float:
        """Return one number of all that have so many decimals."""
        first, last = (round(end * 10.0**self.digits) for end in (self.from_, self.to))
        return (first + draws.below(last - first + 1)) / 10.0**self.digits


class Grid(Record):
    """Whole numbers in a nested list: an image or a kernel. `shape` is a list of formulas."""

    shape: Annotated[list[Expression], Field(min_length=1, max_length=5)]
    from_: Annotated[int, Field(alias="from")] = 0
    to: int = 9

    @model_validator(mode="after")
    def _in_order(self) -> Grid:
        if self.to < self.from_:
            msg = "'to' is below 'from'."
            raise ValueError(msg)
        return self

    def draw(self, draws: Draws, scope: Mapping[str, Any]) -> list[Any]:
        """Draw the numbers, row by row."""
        with at("shape"):
            shape = whole_numbers(self.shape, scope)
            if not all(1 <= size <= MAX_SIDE for size in shape) or math.prod(shape) > MAX_CELLS:
                raise VariantError(
                    f"A grid of shape {shape} is not possible: sizes go from 1 to {MAX_SIDE}, "
                    f"and a grid has at most {MAX_CELLS} numbers."
                )
        cells = (
            self.from_ + draws.below(self.to - self.from_ + 1, index) for index in range(math.prod(shape))
        )
        return _nest(cells, shape)


def _nest(cells: Iterator[int], shape: list[int]) -> list[Any]:
    if len(shape) == 1:
        return [next(cells) for _ in range(shape[0])]
    return [_nest(cells, shape[1:]) for _ in range(shape[0])]


def _form(value: object) -> str:
    if isinstance(value, dict):
        return "grid" if "shape" in value else "real" if "digits" in value else "range"
    return "choice" if isinstance(value, list) else "constant"


Param = Annotated[
    Annotated[Range, Tag("range")]
    | Annotated[Decimals, Tag("real")]
    | Annotated[Grid, Tag("grid")]
    | Annotated[list[Any], Field(min_length=1), Tag("choice")]
    | Annotated[bool | int | float | str, Tag("constant")],
    Discriminator(_form),
]


@dataclass(frozen=True)
class Variant:
    """The parameters drawn for one student, and a source of further draws (such as the order of options)."""

    params: Mapping[str, Any]
    draws: Draws
    _known: dict[int, tuple[object, Any]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, owner: object, compute: Callable[[Variant], T]) -> T:
        """Return what is computed of this variant for an owner: a question and its key need the same."""
        if id(owner) not in self._known:
            self._known[id(owner)] = owner, compute(self)  # the owner is kept, and so its id
        known: T = self._known[id(owner)][1]
        return known


@dataclass(frozen=True)
class Demand:
    """A soft demand on a draw, met where `cost` is 0. The cost depends only on the parameters in `reads`.

    The second argument of `cost` is the largest cost that matters; counting can stop there.
    """

    reads: frozenset[str]
    cost: Callable[[Variant, float], int]


def draw_variant(
    params: Mapping[str, Param],
    where: list[str],
    variant_0: Mapping[str, Any],
    draws: Draws,
    student: str | None,
    demands: Sequence[Demand] = (),
) -> Variant:
    """Draw the variant of one student, or variant 0 for no student.

    A student's parameters meet the conditions and, as far as CANDIDATES draws allow, the demands.

    Raises:
        VariantError: no draw meets the conditions.
        ExpressionError: a condition or a shape cannot be computed; its `path` names the condition.

    """
    source = draws.under(student or "")
    given = variant_0 if student is None else {}
    never = [condition for condition in where if not _reads(condition) and not _holds(condition, {})]
    if never:
        raise VariantError(f"This condition never holds: {never[0]}.")
    groups = _groups(params, where)
    drawing = _Drawing(params, where, groups, given, source)
    drawing.draw(params.keys(), source)
    if student is not None:
        for cluster in _joined(groups, [demand.reads for demand in demands]):
            drawing.improve(cluster, [demand for demand in demands if demand.reads & cluster])
    return Variant(drawing.drawn, source)


@dataclass
class _Drawing:
    """The parameters of one student while they are being drawn."""

    params: Mapping[str, Param]
    where: Sequence[str]
    groups: Sequence[set[str]]  # parameters that conditions connect
    given: Mapping[str, Any]
    source: Draws
    drawn: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drawn = dict.fromkeys(self.params)

    def draw(self, names: AbstractSet[str], source: Draws) -> None:
        """Draw these parameters so that their conditions hold."""
        for group in self.groups:
            if group <= names:
                conditions = [one for one in self.where if _reads(one) and _reads(one) <= group]
                own = {name: param for name, param in self.params.items() if name in group}
                self.drawn.update(_draw_group(own, conditions, self.given, source))

    def improve(self, names: AbstractSet[str], demands: Sequence[Demand]) -> None:
        """Redraw these parameters until they meet the demands, or keep the best of CANDIDATES draws."""
        best, cost = dict(self.drawn), _cost(demands, Variant(self.drawn, self.source), math.inf)
        seen, most = {self._shown(names)}, math.prod(_count(self.params[name]) for name in names)
        for candidate in range(1, CANDIDATES):
            if cost == 0 or len(seen) == most:
                break
            self.draw(names, self.source.under("candidate", candidate))
            if most < CANDIDATES:
                seen.add(self._shown(names))
            new = _cost(demands, Variant(self.drawn, self.source), cost)
            if new < cost:
                best, cost = dict(self.drawn), new
        self.drawn.update(best)

    def _shown(self, names: AbstractSet[str]) -> str:
        """Return a text that only equal draws of these parameters have."""
        return repr([self.drawn[name] for name in self.params if name in names])


def _count(param: Param) -> float:
    """Count the values that a parameter can have, as far as that is quick."""
    match param:
        case Range():
            return (param.to - param.from_) // param.step + 1
        case list():
            return len({repr(value) for value in param})
        case Decimals() | Grid():
            return math.inf
        case _:
            return 1


def _cost(demands: Sequence[Demand], variant: Variant, most: float) -> float:
    """Return the cost of a draw; counting stops at `most`."""
    cost = 0.0
    for demand in demands:
        cost += demand.cost(variant, most - cost)
        if cost >= most:
            break
    return cost


def _draw_group(
    params: Mapping[str, Param], conditions: list[str], given: Mapping[str, Any], source: Draws
) -> dict[str, Any]:
    steps = [*_steps(params, conditions)]
    for attempt in range(MAX_TRIES):
        drawn: dict[str, Any] = {}
        own = source.under(attempt)
        for condition, names in steps:
            _draw(names, own, given, drawn)
            if condition is not None and not _holds(condition, drawn):
                break
        else:
            return drawn
    raise VariantError(
        f"No draw out of {MAX_TRIES} met these conditions together: {'; '.join(conditions)}. "
        "Widen the parameters or drop a condition."
    )


def _steps(
    params: Mapping[str, Param], conditions: Sequence[str]
) -> Iterator[tuple[str | None, Mapping[str, Param]]]:
    """Yield each condition with the parameters to draw for it, and at last the parameters that are left.

    Most draws fail an early condition, so the parameters of later ones need not be drawn.
    """
    left = dict(params)
    for condition in conditions:
        reads = set(_reads(condition))
        for name in reads & params.keys():
            reads |= _shape_reads(params[name])
        yield condition, {name: left.pop(name) for name in params if name in reads and name in left}
    yield None, left


def _shape_reads(param: Param) -> set[str]:
    return _reads_all(param.shape) if isinstance(param, Grid) else set()


def _groups(params: Mapping[str, Param], where: list[str]) -> list[set[str]]:
    """Group the parameters so that no condition or shape reads two groups; each group is drawn by itself."""
    links: list[AbstractSet[str]] = [_reads(condition) for condition in where]
    links += [{name, *_shape_reads(param)} for name, param in params.items()]
    return _joined([{name} for name in params], links)


def _joined(groups: Sequence[set[str]], links: Iterable[AbstractSet[str]]) -> list[set[str]]:
    """Join the groups that a link connects."""
    groups = list(groups)
    for link in links:
        touched = [group for group in groups if group & link]
        if touched:
            groups = [group for group in groups if not group & link]
            groups.append(set().union(*touched))
    return groups


@lru_cache(maxsize=4096)
def _reads(formula: Expression) -> frozenset[str]:
    return names_in(parse_expression(formula)) if isinstance(formula, str) else frozenset()


def _reads_all(formulas: list[Expression]) -> set[str]:
    return set().union(*(_reads(formula) for formula in formulas))


def _draw(
    params: Mapping[str, Param], source: Draws, given: Mapping[str, Any], drawn: dict[str, Any]
) -> None:
    """Draw parameters; add them to those that were drawn before."""
    for name, param in params.items():
        if name in given:
            drawn[name] = given[name]
        elif type(param) is Range or type(param) is Decimals:  # isinstance takes longer than the draw
            drawn[name] = param.draw(source.under(name))
        elif type(param) is Grid:
            with at("params", name):
                drawn[name] = param.draw(source.under(name), drawn)
        elif type(param) is list:
            drawn[name] = param[source.below(len(param), name)]
        else:
            drawn[name] = param


def _holds(condition: str, params: Mapping[str, Any]) -> bool:
    try:
        return bool(evaluate(condition, params))
    except ExpressionError as error:
        error.path = ("where", condition)
        raise
