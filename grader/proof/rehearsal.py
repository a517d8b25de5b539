"""Checks rehearsed with the reference in the student's place, in a process that may come to harm."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType

from grader.course.file_names import MISCONCEPTIONS_FILE
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.errors import CourseFaults, Fault
from grader.examiner.apart import apart
from grader.examiner.checks import CheckSuite, QuitError
from grader.examiner.collection import fault_at, load_reference, with_suite
from grader.examiner.deed import Note
from grader.examiner.patience import TooSlowError
from grader.lazy import torch
from grader.proof.causes import cause_of, fault_of


def rehearsed(course: LoadedCourse, names: Sequence[str]) -> Mapping[str, Sequence[Fault]]:
    """What is wrong with the checks of each exercise that has some, without a student's file.

    No code of the course runs in this process, here or later: it decides what the command says.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or would end or hang whoever runs them.

    """
    seen: dict[str, Sequence[Fault]] = {}
    faults: list[Fault] = []
    for exercise in map(course.exercise, names):
        if not any(question.by_checks for question in exercise.record.questions):
            continue
        if "torch" in course.record.packages:
            _compare_once()
        try:
            seen[exercise.name] = apart(_rehearsal(course, exercise), exercise.limits.memory_mib)
        except CourseFaults as error:
            faults += error.faults
    if faults:
        raise CourseFaults(faults)
    return seen


@cache
def _compare_once() -> None:
    """Import torch and what its first comparison imports here, once, and not in each child."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.testing.assert_close(torch.ones(1), torch.ones(1))


def _rehearsal(course: LoadedCourse, exercise: LoadedExercise) -> Callable[[Note], list[Fault]]:
    def work(note: Note) -> list[Fault]:
        def look(suite: CheckSuite) -> list[Fault]:
            sys.modules["reference"] = suite.references[exercise.name] or ModuleType("reference")
            load_reference(exercise.folder / MISCONCEPTIONS_FILE, note)
            _run_all(suite, exercise)
            return list(_faults_of_checks(suite, exercise.name))

        return with_suite(course, [exercise.name], look, note)

    return work


def _run_all(suite: CheckSuite, exercise: LoadedExercise) -> None:
    """Run every check once; what does no more than fail is told later, with the variants it fails in."""
    try:
        sitting = prepare(exercise, None)
    except CourseFaults:  # told where variants are drawn
        return
    faults = []
    for check in suite.checks[exercise.name]:
        raised = suite.rehearse(exercise.name, check, sitting.params).raised
        if isinstance(raised, TooSlowError | QuitError):
            faults.append(fault_of(exercise, check, raised, sitting))
    if faults:
        raise CourseFaults(faults)


def _faults_of_checks(suite: CheckSuite, exercise: str) -> Iterator[Fault]:
    for one in suite.checks.get(exercise, ()):
        if one.visible and "reference" in getattr(one.item, "fixturenames", ()):
            sentence = "A visible check uses `reference`, which students do not have."
            yield fault_at(one.item, sentence, "Write the values.")
        if not getattr(getattr(one.item, "function", None), "__doc__", None):
            sentence = f"The check {one.id} has no docstring, whose first line students see."
            yield fault_at(one.item, sentence, "Write what it looks at.")


def cause_apart(
    course: LoadedCourse, exercise: LoadedExercise, name: tuple[str, bool], sitting: Sitting
) -> Fault | None:
    """Why the reference does not pass a check, by its id and whether it is visible; None if it does here."""

    def look(suite: CheckSuite) -> Fault | None:
        own = suite.checks[exercise.name]
        check = next((one for one in own if (one.id, one.visible) == name), None)
        return cause_of(exercise, suite, check, sitting) if check else None

    try:
        return apart(lambda note: with_suite(course, [exercise.name], look, note), exercise.limits.memory_mib)
    except CourseFaults as error:  # it comes to harm in this variant
        return error.faults[0]
