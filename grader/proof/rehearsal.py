"""Rehearse checks with the reference in the student's place, in a process that they can harm."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from types import ModuleType
from typing import Any, NamedTuple

from grader.course.file_names import MISCONCEPTIONS_FILE
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.paper import prepare, with_files
from grader.course.sitting import Sitting
from grader.errors import CourseFaults, Fault
from grader.examiner.apart import apart
from grader.examiner.checks import CheckSuite, QuitError, Reference
from grader.examiner.collection import fault_at, load_reference, with_suite
from grader.examiner.deed import Note
from grader.examiner.patience import TooSlowError
from grader.proof.causes import cause_of, fault_of
from grader.proof.copies import copied
from grader.proof.inputs import Witness, never_varied, none_yet
from grader.torch_lazy import torch
from grader.worker.temporary import Folder

Name = tuple[str, bool]  # of a check: its id, and whether it is visible


class Rehearsed(NamedTuple):
    """What was seen of an exercise's checks without a student's file."""

    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()


def rehearsed(course: LoadedCourse, names: Sequence[str]) -> Mapping[str, Rehearsed]:
    """Return what is wrong with the checks of each exercise that has some, without a student's file.

    No code of the course runs in this process, here or later, because it decides what the command says.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or would end or hang the process.

    """
    seen: dict[str, Rehearsed] = {}
    faults: list[Fault] = []
    for exercise in map(course.exercise, names):
        if not any(question.by_checks for question in exercise.record.questions):
            continue
        if "torch" in course.record.packages:
            _import_torch()
        try:
            seen[exercise.name] = _rehearsed(course, exercise)
        except CourseFaults as error:
            faults += error.faults
    if faults:
        raise CourseFaults(faults)
    return seen


def _rehearsed(course: LoadedCourse, exercise: LoadedExercise) -> Rehearsed:
    """Run every check in the author's folder, and then with what students receive."""
    sitting = None
    with suppress(CourseFaults):  # reported where variants are drawn
        sitting = with_files(exercise, prepare(exercise, None))
    memory = exercise.limits.memory_mib
    faults, passed, notes = apart(_rehearsal(course, exercise, sitting), memory)
    if sitting is None:
        return Rehearsed(faults, notes)
    with Folder("rehearsal") as folder:
        for copy in copied(exercise, course.root, sitting, folder.path):
            faults += apart(partial(copy.faults, sitting, passed), memory)
    return Rehearsed(faults, notes)


@cache
def _import_torch() -> None:
    """Import torch once here, instead of in each child."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)


def _rehearsal(
    course: LoadedCourse, exercise: LoadedExercise, sitting: Sitting | None
) -> Callable[[Note], tuple[list[Fault], list[Name], list[str]]]:
    def work(note: Note) -> tuple[list[Fault], list[Name], list[str]]:
        def look(suite: CheckSuite) -> tuple[list[Fault], list[Name], list[str]]:
            if sitting:
                suite.settle(sitting)
            _misconceptions(suite, exercise, note, sitting.params if sitting else {})
            passed = list(_passed(suite, exercise, sitting)) if sitting else []
            notes = list(_never_varied(suite, exercise, sitting, passed)) if sitting else []
            return list(_faults_of_checks(suite, exercise.name)), passed, notes

        return with_suite(course, [exercise.name], look, note)

    return work


def _misconceptions(
    suite: CheckSuite, exercise: LoadedExercise, note: Note, params: Mapping[str, Any]
) -> ModuleType | None:
    """Import misconceptions.py, which can import the reference."""
    sys.modules["reference"] = suite.reference(exercise.name, params) or ModuleType("reference")
    around = suite.around_in(exercise.folder)
    return load_reference(exercise.folder / MISCONCEPTIONS_FILE, note, around, params)


def _mistaken(
    suite: CheckSuite, exercise: LoadedExercise, params: Mapping[str, Any], wrong: tuple[str, str], note: Note
) -> Reference:
    """Return the reference with a misconception instead of one of its functions."""
    module, (question, function) = ModuleType("mistaken"), wrong
    vars(module).update(vars(suite.reference(exercise.name, params)))
    setattr(module, question, getattr(_misconceptions(suite, exercise, note, params), function))
    return Reference(module, suite.asked(exercise.name))


def _passed(suite: CheckSuite, exercise: LoadedExercise, sitting: Sitting) -> Iterator[Name]:
    """Run every check once; those that only fail are reported later, with the variants they fail in."""
    faults = []
    for check in suite.checks[exercise.name]:
        raised = suite.rehearse(exercise.name, check, sitting.params).raised
        if raised is None:
            yield check.id, check.visible
        elif isinstance(raised, TooSlowError | QuitError):
            faults.append(fault_of(exercise, check, raised, sitting))
    if faults:
        raise CourseFaults(faults)


def _never_varied(
    suite: CheckSuite, exercise: LoadedExercise, sitting: Sitting, passed: Sequence[Name]
) -> Iterator[str]:
    """Run the hidden checks once more, and return what their inputs never vary."""
    inputs = none_yet()
    for check in suite.checks[exercise.name]:
        if not check.visible and (check.id, check.visible) in passed:
            reference = suite.reference(exercise.name, sitting.params)
            witness = Witness(reference, inputs, suite.asked(exercise.name))
            suite.rehearse(exercise.name, check, sitting.params, witness)
    asked = {question.id for question in exercise.record.questions}
    where = " in variant 0" if exercise.names else ""
    yield from never_varied({name: seen for name, seen in inputs.items() if name in asked}, where)


def _faults_of_checks(suite: CheckSuite, exercise: str) -> Iterator[Fault]:
    for one in suite.checks.get(exercise, ()):
        if one.visible and "reference" in getattr(one.item, "fixturenames", ()):
            sentence = "A visible check uses `reference`, which students do not have."
            yield fault_at(one.item, sentence, "Write the values.")
        if not getattr(getattr(one.item, "function", None), "__doc__", None):
            sentence = f"The check {one.id} has no docstring; students see its first line."
            yield fault_at(one.item, sentence, "Write what it checks.")


def cause_apart(
    course: LoadedCourse,
    exercise: LoadedExercise,
    name: Name,
    sitting: Sitting,
    wrong: tuple[str, str] | None = None,
) -> Fault | None:
    """Return why the reference does not pass a check; None if it does here.

    With `wrong`, a question and a function of misconceptions.py, that function takes the reference's place.
    """

    def work(note: Note) -> Fault | None:
        def look(suite: CheckSuite) -> Fault | None:
            suite.settle(sitting)
            own = suite.checks[exercise.name]
            check = next((one for one in own if (one.id, one.visible) == name), None)
            student = _mistaken(suite, exercise, sitting.params, wrong, note) if wrong else None
            return cause_of(exercise, suite, check, sitting, student) if check else None

        return with_suite(course, [exercise.name], look, note)

    try:
        return apart(work, exercise.limits.memory_mib)
    except CourseFaults as error:  # it does harm in this variant
        return error.faults[0]
