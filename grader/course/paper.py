"""An exercise prepared for one student: the paper, which they see, and the keys, which they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.course.drawing import DRAW, MAKE, draw_params, line_of
from grader.course.illustrating import illustrated
from grader.course.later_keys import LaterKeys
from grader.course.loading import LoadedExercise
from grader.course.making import digests_of, is_file, make_files, own_files
from grader.course.records import Example, Exercise, Passage
from grader.course.sitting import Interlude, Paper, Sitting
from grader.errors import CourseFaults, Fault
from grader.language.document import Path_
from grader.language.draws import DRAWING, Draws
from grader.language.fault import LanguageError, at
from grader.language.params import Variant, draw_variant
from grader.language.templates import one_line, render
from grader.questions.base import Question
from grader.questions.posed import Key, Posed


def prepare(
    exercise: LoadedExercise,
    student: str | None,
    params: Mapping[str, Any] | None = None,
    *,
    with_keys: bool = True,
    lazily: bool = False,
) -> Sitting:
    """Prepare the exercise for one student, or variant 0 for none; `params` are those drawn before, if any.

    Without keys it does not import torch, and cannot be graded. `lazily` leaves what only wrong answers need
    until someone asks for it; the sitting then stays in this process.

    Raises:
        CourseFaults: the variant cannot be drawn, rendered or solved.

    """
    record, course = exercise.record, exercise.course
    variant = variant_of(exercise, student, params)
    faults: list[Fault] = []

    @contextmanager
    def noting(*path: str | int) -> Iterator[None]:
        try:
            yield
        except LanguageError as error:
            sentence = f"{error} ({_who(student)}: {_params_text(variant.params)})"
            where = (*path, *error.path)
            faults.append(exercise.document.fault(where, sentence, error.remedy, line=error.line))

    title = intro = ""
    with noting("title"):
        title = one_line(render(record.title, variant.params))
    with noting("intro"):
        intro = render(record.intro, variant.params)

    def whole(index: int, question: Question[Any, Any, Any]) -> Key:
        with noting("questions", index):
            key: Key = question.explained(variant)
            return key
        raise CourseFaults(faults[-1:])

    own = exercise.questions_limits
    posed: list[Posed] = []
    found: dict[str, Key | Callable[[], Key]] = {}
    rights: dict[str, Key] = {}
    waiting: list[Interlude] = []  # for the next question
    between: list[Interlude] = []
    for index, entry in enumerate(record.entries):
        with noting("questions", index):
            if isinstance(entry, Passage | Example):
                waiting.append(_interlude(entry, variant))
                continue
            between += [one.model_copy(update={"before": entry.id}) for one in waiting]
            waiting.clear()
            one = entry.pose(variant)
            posed.append(one.model_copy(update={"limits": own.get(entry.id)}) if own else one)
            if lazily and (right := entry.right_key(variant)):
                rights[entry.id], found[entry.id] = right, partial(whole, index, entry)
            elif with_keys:
                found[entry.id] = entry.explained(variant)
    keys = LaterKeys(found)
    worked = None
    with noting("figure"):
        worked = illustrated(record.figure, variant, posed, keys.values()) if record.figure else None
    if faults:
        raise CourseFaults(faults)
    paper = Paper(
        drawn_by=DRAWING,
        course=course.title,
        exercise=exercise.name,
        title=title,
        intro=intro,
        worked=worked,
        show=record.figure.show if record.figure else "first",
        student=student,
        packages=tuple(course.packages),
        limits=exercise.limits,
        follows=exercise.follows,
        questions=tuple(posed),
        between=(*between, *waiting),
        files=(*record.files, *sorted(exercise.makes)),
        hands_out_helpers=exercise.material.hands_out_helpers,
    )
    material = exercise.material
    known = (keys if lazily else dict(keys)) if with_keys else None
    return Sitting(paper, variant.params, known, exercise.folder, material=material, rights=rights)


def with_files(
    exercise: LoadedExercise, sitting: Sitting, kept: Mapping[str, bytes] = MappingProxyType({})
) -> Sitting:
    """Return a sitting of an exercise with the student's own files, of which copies may be kept.

    Raises:
        UnlikeHandedOut: a file was not kept, and is now made differently.

    """
    if exercise.params_file is None or not exercise.makes:
        return sitting
    draws = Draws((exercise.course.seed, exercise.name)).under(sitting.paper.student or "")
    made = own_files(exercise.params_file, draws, sitting.params, kept)
    return replace(sitting, material=replace(sitting.material, made=made))


def _interlude(entry: Passage | Example, variant: Variant) -> Interlude:
    """Render what comes between questions."""
    is_code = isinstance(entry, Example)
    with at("example" if is_code else "text"):
        text = entry.example if isinstance(entry, Example) else entry.text
        return Interlude(before="", text=render(text, variant.params), is_code=is_code)


def variant_of(
    exercise: LoadedExercise, student: str | None, params: Mapping[str, Any] | None = None
) -> Variant:
    """Draw the variant of one student, or variant 0 for none.

    Raises:
        CourseFaults: it cannot be drawn.

    """
    record = exercise.record
    draws = Draws((exercise.course.seed, exercise.name))
    if params is not None and params.keys() == exercise.names:
        return Variant(params, draws.under(student or ""))
    if exercise.params_file is not None:
        return _drawn_by_author(exercise, exercise.params_file, draws.under(student or ""), params)
    try:
        variant = draw_variant(
            record.params, record.where, record.variant_0, draws, student, exercise.demands
        )
    except LanguageError as error:
        path = _path_of(error, record)
        raise CourseFaults([exercise.document.fault(path, str(error), error.remedy)]) from None
    if params is None:
        return variant
    given = {
        **record.variant_0,
        **params,
    }  # a parameter that was added later has the value of variant 0
    kept = {name: value for name, value in given.items() if name in record.params}
    return Variant({**variant.params, **kept}, variant.draws)


def _drawn_by_author(
    exercise: LoadedExercise, file: Path, draws: Draws, params: Mapping[str, Any] | None
) -> Variant:
    """Draw a variant with params.py; what was drawn or made before keeps its value."""
    drawn = draw_params(file, draws)
    _check_names(file, DRAW, drawn.keys() ^ (exercise.names - exercise.makes))
    kept = {name: value for name, value in (params or {}).items() if name in exercise.names}
    values = {**drawn, **kept}
    if exercise.makes - values.keys():
        made = digests_of(make_files(file, draws, values))
        _check_names(file, MAKE, made.keys() ^ exercise.makes)
        values = {**made, **values}
    return Variant(dict(sorted(values.items(), key=lambda one: is_file(one[0]))), draws)


def _check_names(file: Path, function: str, others: AbstractSet[str]) -> None:
    """Raise a fault if a function of params.py returned other names than for no student."""
    if others:
        sentence = f"{function}() does not return {', '.join(sorted(others))} for every student."
        remedy = "Return the same names always."
        raise CourseFaults([Fault(file, line_of(file, function), None, "", sentence, remedy)])


def _path_of(error: LanguageError, record: Exercise) -> Path_:
    """Return the place in an exercise to blame when no variant can be drawn."""
    match error.path:
        case ("where", str(condition)):
            return "where", record.where.index(condition)
        case ():
            return ("where",) if record.where else ("params",)
    return error.path


def _who(student: str | None) -> str:
    return "variant 0" if student is None else f"variant of {student}"


def _params_text(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in params.items())[:200]
