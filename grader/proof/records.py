"""What can be seen in an exercise's files without running anything."""

from __future__ import annotations

from collections.abc import Iterator

from grader.course.loading import LoadedExercise
from grader.errors import Fault
from grader.language.params import Grid, Range
from grader.questions.choice import Choice


def faults_of_record(exercise: LoadedExercise) -> Iterator[Fault]:
    """Questions without hints, options without feedback, and a variant 0 that could not be drawn."""
    for index, question in enumerate(exercise.record.questions):
        path: tuple[str | int, ...] = ("questions", index)
        if not question.hints:
            yield exercise.document.fault(path, f"'{question.id}' has no hint.", "Add 'hints'.")
        for number, option in enumerate(question.options if isinstance(question, Choice) else []):
            if option.correct is not True and not option.feedback:
                sentence = "This option can be wrong and has no feedback."
                yield exercise.document.fault((*path, "options", number), sentence, "Say why it is wrong.")
    yield from _faults_of_variant_0(exercise)


def _faults_of_variant_0(exercise: LoadedExercise) -> Iterator[Fault]:
    record = exercise.record
    for name, value in record.variant_0.items():
        param = record.params[name]
        if isinstance(param, Grid):
            is_possible = isinstance(value, list)
        elif isinstance(param, Range):
            is_possible = isinstance(value, int)
        else:
            is_possible = True
        if not is_possible:
            sentence = f"'{name}' cannot be {value!r}."
            yield exercise.document.fault(("variant_0", name), sentence, "Write a value as it is drawn.")
