"""What can be seen in an exercise's files without running anything."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping

from grader.course.beside import files_beside, imported_modules
from grader.course.file_names import CHECKS_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE
from grader.course.loading import LoadedExercise
from grader.course.sources import read_source
from grader.errors import Fault
from grader.language.params import Grid, Range
from grader.questions.choice import Choice
from grader.questions.code import Code


def faults_of_record(exercise: LoadedExercise) -> Iterator[Fault]:
    """Missing hints and feedback, stubs unlike the reference, and a variant 0 that could not be drawn."""
    for index, question in enumerate(exercise.record.questions):
        path: tuple[str | int, ...] = ("questions", index)
        if not question.hints:
            yield exercise.document.fault(path, f"'{question.id}' has no hint.", "Add 'hints'.")
        for number, option in enumerate(question.options if isinstance(question, Choice) else []):
            if option.correct is not True and not option.feedback:
                sentence = "This option can be wrong and has no feedback."
                yield exercise.document.fault((*path, "options", number), sentence, "Say why it is wrong.")
    yield from _faults_of_signatures(exercise)
    yield from _faults_of_variant_0(exercise)


def notes_of_imports(exercise: LoadedExercise) -> Iterator[str]:
    """Yield what checks import and students need not have: no part of the exercise, and no listed package."""
    files = files_beside(exercise.folder)
    for name in (CHECKS_FILE, VISIBLE_CHECKS_FILE, REFERENCE_FILE):
        for module, line in imported_modules(files[name]) if name in files else ():
            is_own = f"{module}.py" in files or f"{module}/__init__.py" in files
            if not (
                is_own or module in _GIVEN or module in {*sys.stdlib_module_names, *exercise.course.packages}
            ):
                yield f"{name}:{line} imports {module}, which students may not have. List it in 'packages'."


_GIVEN = {"torch", "numpy", "pytest", "grader", "reference"}  # that come with this program


def _faults_of_signatures(exercise: LoadedExercise) -> Iterator[Fault]:
    """What students write is called as the reference is: with the same names and defaults."""
    file = exercise.folder / REFERENCE_FILE
    asked = {
        (index, one.id): one.signature
        for index, one in enumerate(exercise.record.questions)
        if isinstance(one, Code) and one.signature
    }
    written = _parameters(read_source(file)) if asked else {}
    for (index, id_), signature in asked.items():
        own = _parameters(f"def {id_}{signature}: ...")[id_]
        if id_ in written and written[id_] != own:
            sentence = f"The stub takes ({own}), the reference ({written[id_]})."
            path = ("questions", index, "signature")
            yield exercise.document.fault(path, sentence, "Write the same in both.")


def _parameters(source: str) -> Mapping[str, str]:
    """The parameters of each function at the top level, without their types."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in ast.walk(function.args):
            if isinstance(node, ast.arg):
                node.annotation = None
    return {function.name: ast.unparse(function.args) for function in functions}


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
