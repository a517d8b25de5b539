"""Why the reference does not pass a check: it runs once more, unconfined, for its traceback."""

from __future__ import annotations

import pytest

from grader.course.file_names import MISCONCEPTIONS_FILE, REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.errors import Fault
from grader.examiner.cause import place_in, raised_text
from grader.examiner.check_result import Check
from grader.examiner.checks import CheckSuite, QuitError, Reference
from grader.examiner.collection import fault_at
from grader.examiner.patience import CHECK_SECONDS, TooSlowError

_OTHERS = {REFERENCE_FILE: "The reference", MISCONCEPTIONS_FILE: "The misconception"}


def cause_of(
    exercise: LoadedExercise,
    suite: CheckSuite,
    check: Check,
    sitting: Sitting,
    student: Reference | None = None,
) -> Fault | None:
    """Return what is wrong, with its file and line; None if the check passes here, where nothing is confined.

    The module under test is the reference, or else another `student`.
    """
    error = suite.rehearse(exercise.name, check, sitting.params, student).raised
    return None if error is None else fault_of(exercise, check, error, sitting)


def fault_of(exercise: LoadedExercise, check: Check, error: BaseException, sitting: Sitting) -> Fault:
    """Return what is wrong with a check, or with the code it checked, when the check raised this error."""
    student = sitting.paper.student
    remedy = f"See: pytest {exercise.folder}{f' --student {student}' if student else ''}"
    place = place_in(check.item.path.parent, error)
    if place is None:
        return fault_at(check.item, _sentence(check, error, ""), remedy)
    file, line = place
    return Fault(file, line, None, "", _sentence(check, error, _OTHERS.get(file.name, "")), remedy)


def _sentence(check: Check, error: BaseException, who: str) -> str:
    """Describe what the check raised, or what `who` raised in it."""
    what = raised_text(error).rstrip(".!")
    if isinstance(error, TooSlowError):
        return f"The check {check.id} did not finish within {CHECK_SECONDS:g} seconds."
    if isinstance(error, QuitError):
        return f"The check {check.id} calls {error}, which would end the grader."
    if isinstance(error, pytest.FixtureLookupError):
        return f"The check {check.id} asks for '{error.argname}', which does not exist."
    if isinstance(error, AssertionError | pytest.fail.Exception) and not who:
        _, _, told = what.partition(": ")
        return f"The reference fails the check {check.id}{f': {told}' if told else ' here'}."
    if who:
        return f"{who} raises {what} (in the check {check.id})."
    return f"The check {check.id} raises {what}."
