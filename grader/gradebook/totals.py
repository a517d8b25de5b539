"""The total of a student's scores, under the course's rules for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import fsum

from grader.course.weighing import Category, Weighing
from grader.gradebook.scoring import PLACES, TINY, Score
from grader.language.points import number_text

WHOLE = 100.0  # percent


@dataclass(frozen=True)
class Total:
    """One student's total, with every rule that changed it."""

    student: str
    percent: float | None  # None if an exercise has no score yet that should have one
    passed: bool | None = None  # None without a minimum, or while the total can still change
    so_far: bool = False  # exercises that are not due yet are not included
    categories: Mapping[str, float] = field(default_factory=dict)  # percent
    rules: tuple[str, ...] = ()

    @property
    def result(self) -> str:
        """Return what the total means in one or two words."""
        if self.passed is None:
            return "so far" if self.so_far else ""
        return "passed" if self.passed else "failed"


@dataclass(frozen=True)
class _Part:
    """An exercise in a total: what it adds, of how much."""

    exercise: str
    value: float
    weight: float


@dataclass
class _Sheet:
    """What is found while the exercises of one category are added up for one student."""

    name: str
    category: Category
    counting: list[_Part] = field(default_factory=list)
    bonus: list[_Part] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # handed in, without a score
    open: list[str] = field(default_factory=list)  # not handed in, and not due

    @property
    def kept(self) -> list[_Part]:
        """Return what counts after the lowest scores are dropped."""
        return keep_best(self.counting, self.category.drop_lowest)

    @property
    def share(self) -> float:
        """Return the percent that the student has in the category, in which something counts."""
        return WHOLE * fsum(part.value for part in (*self.kept, *self.bonus)) / self.weight

    @property
    def weight(self) -> float:
        """Return the sum of the weights that count; 0 if nothing counts."""
        return fsum(part.weight for part in self.kept)


def totals(
    scores: Iterable[Score],
    weighing: Weighing,
    points: Mapping[str, float],
    is_over: Callable[[str, str], bool],
    others: Iterable[str] = (),
) -> Iterator[Total]:
    """Yield the total of each student, in order.

    `scores` are sorted by student. `others` are students of the roster who may have no score. What a student
    did not hand in counts zero if `is_over(student, exercise)`, and otherwise not yet.
    """
    own = {student: {one.exercise: one for one in group} for student, group in groupby(scores, key=_student)}
    for student in sorted({*own, *others}):
        yield _total(student, own.get(student, {}), weighing, points, is_over)


def _student(score: Score) -> str:
    return score.student


def _total(
    student: str,
    scores: Mapping[str, Score],
    weighing: Weighing,
    points: Mapping[str, float],
    is_over: Callable[[str, str], bool],
) -> Total:
    sheets = [_Sheet(name, category) for name, category in weighing.parts(points).items()]
    for sheet in sheets:
        for exercise in sheet.category.exercises:
            weight = weighing.weights.get(exercise, points[exercise])
            place = sheet.bonus if exercise in weighing.bonus else sheet.counting
            _enter(sheet, place, _Part(exercise, 0, weight), scores.get(exercise), is_over(student, exercise))
        sheet.rules += [f"{part.exercise}: dropped" for part in sheet.counting if part not in sheet.kept]
    rules = [rule for sheet in sheets for rule in sheet.rules]
    waiting = [exercise for sheet in sheets for exercise in sheet.waiting]
    so_far = any(sheet.open for sheet in sheets)
    counting = [sheet for sheet in sheets if sheet.weight]
    if waiting or not counting:
        why = f"no score yet: {', '.join(waiting)}" if waiting else "nothing counts yet"
        return Total(student, None, so_far=so_far, rules=(*rules, why))
    whole = fsum(sheet.category.weight for sheet in counting)
    exact = fsum(sheet.share * sheet.category.weight for sheet in counting) / whole
    if exact > weighing.at_most + TINY:
        rules.append(f"limited to {number_text(weighing.at_most)} %")
    percent = round(min(exact, weighing.at_most), PLACES)
    shares = {sheet.name: round(sheet.share, PLACES) for sheet in counting if sheet.name}
    short = list(_short(percent, shares, weighing))
    passed = None if so_far or not _has_minimum(weighing) else not short
    return Total(student, percent, passed, so_far, shares, (*rules, *short))


def _enter(sheet: _Sheet, place: list[_Part], nothing: _Part, score: Score | None, is_over: bool) -> None:
    """Enter one exercise into its place on a sheet; `nothing` is the part with the value 0."""
    if score is None:
        if place is sheet.bonus:
            return
        if is_over:
            place.append(nothing)
            sheet.rules.append(f"{nothing.exercise}: not handed in, counts 0")
        else:
            sheet.open.append(nothing.exercise)
        return
    sheet.rules += [f"{nothing.exercise}: {rule}" for rule in score.rules]
    if score.is_excused:
        return
    if score.final is None:
        sheet.waiting.append(nothing.exercise)
        return
    share = score.final / score.points if score.points else 0.0
    place.append(replace(nothing, value=nothing.weight * share))
    if place is sheet.bonus:
        sheet.rules.append(f"{nothing.exercise}: bonus")


def keep_best(parts: Sequence[_Part], dropped: int) -> list[_Part]:
    """Return the parts without those whose loss helps the student most; at least one stays.

    With different weights these need not be the lowest scores. It is a ratio of sums to be made as large as
    possible, which Dinkelbach's algorithm does exactly (On nonlinear fractional programming, 1967).
    """
    kept = list(parts)
    count = min(len(kept), max(len(kept) - dropped, 1))
    while len(kept) != count or _is_improved(kept, parts, count):
        kept = _best(parts, _ratio(kept), count)
    return [part for part in parts if part in kept]


def _is_improved(kept: Sequence[_Part], parts: Sequence[_Part], count: int) -> bool:
    return _ratio(_best(parts, _ratio(kept), count)) > _ratio(kept) + TINY * TINY


def _best(parts: Sequence[_Part], ratio: float, count: int) -> list[_Part]:
    return sorted(parts, key=lambda part: part.value - ratio * part.weight, reverse=True)[:count]


def _ratio(parts: Sequence[_Part]) -> float:
    weight = fsum(part.weight for part in parts)
    return fsum(part.value for part in parts) / weight if weight else 0.0


def _has_minimum(weighing: Weighing) -> bool:
    minimums = [weighing.minimum, *(category.minimum for category in weighing.categories.values())]
    return any(minimum is not None for minimum in minimums)


def _short(percent: float, shares: Mapping[str, float], weighing: Weighing) -> Iterator[str]:
    """Yield what is below its minimum."""
    for name, share in shares.items():
        minimum = weighing.categories[name].minimum
        if minimum is not None and share < minimum - TINY:
            yield f"{name} is below {number_text(minimum)} %"
    if weighing.minimum is not None and percent < weighing.minimum - TINY:
        yield f"the total is below {number_text(weighing.minimum)} %"
