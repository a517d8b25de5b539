"""All variants of an exercise for its author: with answers, and with the mistakes that a variant hides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from grader.course.excerpt import excerpt
from grader.course.file_names import MISCONCEPTIONS_FILE, REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.paper import prepare, variant_of
from grader.course.sitting import Paper, Sitting
from grader.course.solutions import solution_of
from grader.course.sources import read_source
from grader.errors import CourseFaults, Fault
from grader.figures.figure import CannotDraw, Figure
from grader.figures.frames import two_tracks
from grader.language.fault import LanguageError
from grader.proof.shares import Shares
from grader.proof.spread import DRAWS, made_up
from grader.questions.base import Confusion, Question
from grader.questions.definitions import function_of
from grader.questions.posed import FormError, Key, Posed, Wrong

VARIANT_0 = "variant 0"
MOST_TRIED = 4  # cases on which the figure of a misconception is tried
NOT_TRIED = "Its misconceptions cannot be tried: {error}"


@dataclass(frozen=True)
class ShownQuestion:
    """A question of one variant with its answer, its misconceptions, and those that the variant hides."""

    posed: Posed
    key: Key
    wrongs: tuple[Wrong, ...] = ()
    hidden: tuple[Confusion, ...] = ()
    trouble: str = ""  # why its misconceptions cannot be tried

    def is_as(self, other: ShownQuestion) -> bool:
        """Return whether two students get the same question, with the same answer."""
        return (self.posed, self.key, self.hidden) == (other.posed, other.key, other.hidden)

    def alike(self, name: str) -> tuple[str, ...]:
        """Return the other misconceptions that lead to the same answer as this one."""
        own = {repr(wrong.answer) for wrong in self.wrongs if wrong.name == name}
        others = (one.name for one in self.wrongs if one.name != name and repr(one.answer) in own)
        return tuple(dict.fromkeys(others))


@dataclass(frozen=True)
class ShownVariant:
    """What one student gets; a variant with faults has no questions."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    paper: Paper | None = None
    questions: tuple[ShownQuestion, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Overview:
    """All variants of an exercise that were asked for, or all that there are."""

    course: str
    exercise: str
    title: str
    variants: tuple[ShownVariant, ...]
    code: Mapping[tuple[str, str], str]  # by question and misconception; "" for the solution
    figures: Mapping[tuple[str, str, str], Figure]  # by variant, question and misconception

    @property
    def has_faults(self) -> bool:
        """Whether a variant cannot be made."""
        return any(one.faults for one in self.variants)


def overview_of(exercise: LoadedExercise, count: int) -> Overview:
    """Return variant 0 and this many others, or all if there are fewer; several processes make them."""
    first = _shown(exercise, 0, _params(exercise, 0))
    variants = (first, *_others(exercise, first, count))
    title = next((one.paper.title for one in variants if one.paper), exercise.record.title)
    return Overview(
        course=exercise.course.title,
        exercise=exercise.name,
        title=title,
        variants=variants,
        code=_code(exercise, variants),
        figures=dict(_figures(exercise, variants)),
    )


_Params = Mapping[str, Any] | tuple[Fault, ...]  # or why they cannot be drawn


def _params(exercise: LoadedExercise, index: int) -> _Params:
    """Draw the parameters of a made-up student, or variant 0."""
    try:
        return variant_of(exercise, made_up(index)).params
    except CourseFaults as error:
        return error.faults


def _others(exercise: LoadedExercise, first: ShownVariant, count: int) -> list[ShownVariant]:
    """Make variants until there are enough different ones; after one that cannot be drawn there is none."""

    def draw(index: int) -> _Params:
        return _params(exercise, index)

    def make(drawn: tuple[int, _Params]) -> ShownVariant:
        return _shown(exercise, *drawn)

    found: list[ShownVariant] = []
    seen = {repr(first.params)} if first.params else set()
    with Shares(draw, make) as shares:
        for begin in range(1, DRAWS * count + 1, max(count, 1)) if exercise.names else ():
            numbers = range(begin, begin + count)
            # A params.py draws in a worker that belongs to this process.
            params = map(draw, numbers) if exercise.params_file else shares.of(draw, numbers)
            new = list(_unseen(zip(numbers, params, strict=False), seen))
            found += shares.of(make, new[: count - len(found)])
            if len(found) == count or (found and not found[-1].params):
                return found
    return found


def _unseen(drawn: Iterable[tuple[int, _Params]], seen: set[str]) -> Iterator[tuple[int, _Params]]:
    """Yield parameters that were not seen before, up to the first that cannot be drawn."""
    for index, params in drawn:
        if isinstance(params, tuple) or repr(params) not in seen:
            seen.add(repr(params))
            yield index, params
        if isinstance(params, tuple):
            return


def _shown(exercise: LoadedExercise, index: int, params: _Params) -> ShownVariant:
    """Prepare a variant, and try its misconceptions."""
    student = made_up(index)
    name = student or VARIANT_0
    if isinstance(params, tuple):
        return ShownVariant(name, faults=_named(params))
    try:
        sitting = prepare(exercise, student, params)
    except CourseFaults as error:
        return ShownVariant(name, params, faults=_named(error.faults))
    keys = sitting.keys or {}
    pairs = zip(exercise.record.questions, sitting.paper.questions, strict=True)
    questions = tuple(
        _tried(question, posed, keys[posed.id], searches=not index) for question, posed in pairs
    )
    return ShownVariant(name, params, sitting.paper, questions)


def _named(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return faults with only the name of their file."""
    return tuple(replace(fault, file=Path(fault.file.name)) for fault in faults)


def _tried(question: Question[Any, Any, Any], posed: Posed, key: Key, *, searches: bool) -> ShownQuestion:
    """Try the misconceptions of a question; those of code are tried by `course check`.

    A kind may have to search for the answers that a misconception leads to, which takes long: variant 0 has
    them.
    """
    wrongs = key.wrong
    if question.by_checks:
        return ShownQuestion(posed, key, wrongs)
    try:
        wrongs = tuple(question.trials(posed, key)) if searches else key.wrong
        return ShownQuestion(posed, key, wrongs, tuple(question.confusions(posed, key)))
    except (LanguageError, FormError) as error:
        return ShownQuestion(posed, key, wrongs, trouble=NOT_TRIED.format(error=error))


def _code(exercise: LoadedExercise, variants: Sequence[ShownVariant]) -> dict[tuple[str, str], str]:
    """Return the solution of each code question, and the code of its misconceptions."""
    paper = next((one.paper for one in variants if one.paper), None)
    asked = [one for one in exercise.record.questions if one.by_checks]
    if paper is None or not (exercise.folder / REFERENCE_FILE).is_file():
        return {}
    sitting = Sitting(paper, variants[0].params, None, exercise.folder)
    file = exercise.folder / MISCONCEPTIONS_FILE
    source = read_source(file) if file.is_file() else ""
    names = {function_of(one.id, name) for one in asked for name in one.misconceptions}
    found = {(one.id, ""): solution_of(sitting, one.id) for one in asked}
    for one in asked:
        for name in one.misconceptions:
            own = function_of(one.id, name)
            found[one.id, name] = excerpt(source, own, names - {own})
    return found


def _figures(
    exercise: LoadedExercise, variants: Sequence[ShownVariant]
) -> Iterator[tuple[tuple[str, str, str], Figure]]:
    """Yield both ways of each misconception that is a walk, on the first variant that shows it."""
    kinds = {one.id: type(one) for one in exercise.record.questions}
    for id_, name in _misconceptions(variants):
        for variant, question, wrong in islice(_cases(variants, id_, name), MOST_TRIED):
            figure = _figure(kinds[id_], question, wrong)
            if figure is not None:
                yield (variant.name, id_, name), figure
                break


def _misconceptions(variants: Sequence[ShownVariant]) -> Iterator[tuple[str, str]]:
    """Yield each misconception that has an answer, with its question, once."""
    found = (
        (question.posed.id, wrong.name)
        for variant in variants
        for question in variant.questions
        for wrong in question.wrongs
        if wrong.answer is not None
    )
    yield from dict.fromkeys(found)


def _cases(
    variants: Sequence[ShownVariant], id_: str, name: str
) -> Iterator[tuple[ShownVariant, ShownQuestion, Wrong]]:
    """Yield the variants in which a misconception leads to an answer."""
    for variant in variants:
        for question in variant.questions:
            if question.posed.id == id_:
                yield from ((variant, question, wrong) for wrong in question.wrongs if wrong.name == name)


def _figure(kind: type[Question[Any, Any, Any]], question: ShownQuestion, wrong: Wrong) -> Figure | None:
    """Return both ways through a layer, if the misconception is one."""
    posed, key = question.posed, question.key
    try:
        tracks = kind.tracks(posed, key, wrong.name, kind.read(posed, wrong.answer))
        return None if tracks is None else two_tracks(tracks)
    except (FormError, CannotDraw):
        return None
