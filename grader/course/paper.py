"""An exercise prepared for one student: the paper, which they see, and the keys, which they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from grader.course.illustrating import illustrated
from grader.course.loading import LoadedExercise
from grader.course.records import Exercise
from grader.course.sitting import Paper, Sitting
from grader.errors import CourseFaults, Fault
from grader.language.document import Path_
from grader.language.draws import DRAWING, Draws
from grader.language.fault import LanguageError
from grader.language.params import Variant, draw_variant
from grader.language.templates import one_line, render
from grader.questions.posed import Key, Posed


def prepare(
    exercise: LoadedExercise, student: str | None, params: Mapping[str, Any] | None = None
) -> Sitting:
    """Prepare the exercise for one student, or variant 0 for none; `params` are those drawn before, if any.

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
    posed: list[Posed] = []
    keys: dict[str, Key] = {}
    for index, question in enumerate(record.questions):
        with noting("questions", index):
            posed.append(question.pose(variant))
            keys[question.id] = question.explained(variant)
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
        questions=tuple(posed),
    )
    return Sitting(paper, variant.params, keys, exercise.folder)


def variant_of(
    exercise: LoadedExercise, student: str | None, params: Mapping[str, Any] | None = None
) -> Variant:
    """Draw the variant of one student, or variant 0 for none.

    Raises:
        CourseFaults: it cannot be drawn.

    """
    record = exercise.record
    draws = Draws((exercise.course.seed, exercise.name))
    if params is not None and params.keys() == record.params.keys():
        return Variant(params, draws.under(student or ""))
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
