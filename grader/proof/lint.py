"""Faults that can be seen in an exercise's files without running anything."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from math import perm

from grader.course.beside import files_beside, imported_modules
from grader.course.file_names import (
    CHECKS_FILE,
    MEASURED_FILE,
    MISCONCEPTIONS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.loading import LoadedExercise
from grader.course.measured import FIVEFOLD, LEAST_SECONDS, MOST_SECONDS, keep_measured
from grader.course.sitting import Sitting
from grader.course.sources import parsed, read_source
from grader.errors import Fault, UsageFault
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


def notes_of_guesses(sitting: Sitting) -> Iterator[str]:
    """Yield the questions for an order or a match that are so short that a guess is often a usual mistake."""
    for posed in sitting.paper.questions:
        ordered, count = getattr(posed, "ordered", None), getattr(posed, "count", 0)
        options = len(getattr(posed, "options", ()))
        if ordered is None:
            continue
        wrong = perm(options, count) - 1  # most who match use no letter twice
        answers = {tuple(one.answer) for one in (sitting.keys or {})[posed.id].wrong}
        named = sum(len(set(answer)) == count for answer in answers)
        if named > MOST_GUESSED * wrong:
            longer = "more items" if ordered == "order" else "more pairs or options"
            yield (
                f"{posed.id}: many guesses look like a usual mistake, as do {named} of the {wrong} wrong "
                f"answers that use no letter twice. Give the question {longer}."
            )


def notes_of_time(exercise: LoadedExercise, slowest: float) -> Iterator[str]:
    """Yield a note if a call of the reference takes more than half of what `limits` allows.

    Where no author limits the time, keep the limit that follows, and say which one.
    """
    written = [exercise.written_limits, *(one.limits for one in exercise.record.questions if one.limits)]
    allowed = max((one.seconds for one in written if not one.follows), default=0.0)
    if 2 * slowest <= allowed:
        return
    takes = f"A call of the reference takes up to {slowest:.1f}"
    if not exercise.follows or FIVEFOLD * slowest > MOST_SECONDS:
        most = allowed if not exercise.follows else MOST_SECONDS
        yield (
            f"{takes} of the {most:g} seconds that a call may take. Write `limits: {{seconds: "
            f"{FIVEFOLD * slowest:.0f}}}`, because other machines and solutions are slower."
        )
    if exercise.follows:
        yield from _following(exercise, slowest, takes)


def _following(exercise: LoadedExercise, slowest: float, takes: str) -> Iterator[str]:
    """Keep the limit that follows from the time of the reference, and yield it if it is not the usual one."""
    try:
        limit = keep_measured(exercise.folder, exercise.measured, slowest)
    except UsageFault as fault:
        yield f"{takes} seconds, but {fault}"
        return
    if limit > LEAST_SECONDS:
        yield f"{takes} seconds, so a student's call may take {limit:g} seconds ({MEASURED_FILE})."


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


def notes_of_idle_checks(exercise: LoadedExercise) -> Iterator[str]:
    """Yield functions that look like checks and never run: they take `student`, and nothing calls them."""
    files = files_beside(exercise.folder)
    for name in sorted({CHECKS_FILE, VISIBLE_CHECKS_FILE} & {*files}):
        tree = parsed(read_source(exercise.folder / name))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for one in tree.body:
            if not isinstance(one, ast.FunctionDef) or one.name.startswith("test") or one.decorator_list:
                continue
            if "student" in {each.arg for each in one.args.args} and one.name not in used:
                yield (
                    f"{name}:{one.lineno} defines `{one.name}`, which takes `student`, but is no check: "
                    "its name does not begin with test_, and nothing calls it."
                )


MOST_GUESSED = 0.02  # of the wrong answers that a usual mistake explains by chance
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
