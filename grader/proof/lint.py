"""Faults that can be seen in an exercise's files without running anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from grader.course.beside import files_beside, imported_modules
from grader.course.file_names import (
    CHECKS_FILE,
    MISCONCEPTIONS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.loading import LoadedExercise
from grader.course.sources import read_source
from grader.errors import Fault
from grader.language.params import Decimals, Grid, Range
from grader.questions.problems import Problem


def faults_of_record(exercise: LoadedExercise) -> Iterator[Fault]:
    """Yield missing hints and feedback, stubs unlike the reference, and a variant 0 that no draw can give."""
    for index, question in exercise.record.placed:
        for problem in question.gaps():
            yield _fault(exercise, index, problem)
    yield from _faults_of_reference(exercise)
    yield from _faults_of_variant_0(exercise)


def notes_of_explanations(exercise: LoadedExercise) -> Iterator[str]:
    """Yield one note with the questions that have no explanation."""
    names = [question.id for question in exercise.record.questions if not question.explanation.strip()]
    if names:
        yield f"{', '.join(names)}: no 'explanation', which grade --solution shows at the end."


def notes_of_time(exercise: LoadedExercise, slowest: float) -> Iterator[str]:
    """Yield a note if a call of the reference takes more than half of what `limits` allows."""
    limits = [exercise.limits, *(one.limits for one in exercise.record.questions if one.limits)]
    allowed = max(one.seconds for one in limits)
    if 2 * slowest > allowed:
        yield (
            f"A call of the reference takes up to {slowest:.1f} of the {allowed:g} seconds of `limits`. "
            f"Allow {FIVEFOLD * slowest:.0f}, because other machines and solutions are slower."
        )


def notes_of_imports(exercise: LoadedExercise) -> Iterator[str]:
    """Yield imports that students may not have: neither in the exercise nor a package of the course."""
    files, packages = files_beside(exercise.folder), {*sys.stdlib_module_names, *exercise.course.packages}
    for name in (CHECKS_FILE, VISIBLE_CHECKS_FILE, REFERENCE_FILE, MISCONCEPTIONS_FILE):
        runs_as_theirs = name in {REFERENCE_FILE, MISCONCEPTIONS_FILE}
        for module, line in imported_modules(files[name]) if name in files else ():
            is_own = f"{module}.py" in files or f"{module}/__init__.py" in files
            is_given = module in (_GIVEN - _INSTALLED if runs_as_theirs else _GIVEN)
            if not (is_own or is_given or module in packages):
                why = (
                    "which code of students cannot import"
                    if runs_as_theirs
                    else "which students may not have"
                )
                yield f"{name}:{line} imports {module}, {why}. List it in 'packages' in course.yaml."


FIVEFOLD = 5  # what a limit should be, in multiples of what the reference takes
_GIVEN = {"torch", "numpy", "pytest", "grader", "reference", "helpers"}  # that come with this program
_INSTALLED = {"numpy", "pytest", "grader"}  # here, and yet no code of a student can import them


def _fault(exercise: LoadedExercise, index: int, problem: Problem) -> Fault:
    return exercise.document.fault(("questions", index, *problem.path), problem.sentence, problem.remedy)


def _faults_of_reference(exercise: LoadedExercise) -> Iterator[Fault]:
    """Yield where questions and reference.py disagree, for example in the names of parameters."""
    code = [(index, one) for index, one in exercise.record.placed if one.by_checks]
    reference = read_source(exercise.folder / REFERENCE_FILE) if code else ""
    for index, question in code:
        for problem in question.reference_problems(reference):
            yield _fault(exercise, index, problem)


def _faults_of_variant_0(exercise: LoadedExercise) -> Iterator[Fault]:
    record = exercise.record
    for name, value in record.variant_0.items():
        param = record.params[name]
        if isinstance(param, Grid):
            is_possible = isinstance(value, list)
        elif isinstance(param, Range | Decimals):
            is_possible = isinstance(value, int if isinstance(param, Range) else int | float)
        else:
            is_possible = True
        if not is_possible:
            sentence = f"'{name}' cannot be {value!r}."
            yield exercise.document.fault(("variant_0", name), sentence, "Write a value that can be drawn.")
