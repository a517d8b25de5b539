"""Why the reference does not pass a check: it runs once more, unconfined, and its traceback tells."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from grader.course.file_names import REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.errors import Fault
from grader.examiner.checks import MAX_SHOWN, Check, CheckSuite, QuitError
from grader.examiner.collection import fault_at
from grader.examiner.patience import CHECK_SECONDS, TooSlowError


def cause_of(exercise: LoadedExercise, suite: CheckSuite, check: Check, sitting: Sitting) -> Fault | None:
    """What is wrong, with its file and line; None if the check passes here, where nothing is confined."""
    error = suite.rehearse(exercise.name, check, sitting.params).raised
    return None if error is None else fault_of(exercise, check, error, sitting)


def fault_of(exercise: LoadedExercise, check: Check, error: BaseException, sitting: Sitting) -> Fault:
    """What is wrong with a check, or with the reference, where the check raised this for the reference."""
    student = sitting.paper.student
    remedy = f"See: pytest {exercise.folder}{f' --student {student}' if student else ''}"
    place = _place(exercise.folder, error)
    if place is None:
        return fault_at(check.item, _sentence(check, error, in_reference=False), remedy)
    file, line = place
    sentence = _sentence(check, error, in_reference=file.name == REFERENCE_FILE)
    return Fault(file, line, None, "", sentence, remedy)


def _place(folder: Path, error: BaseException) -> tuple[Path, int] | None:
    """Where in the exercise an error came up: the innermost line of its own files."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        if file.parent.resolve() == folder.resolve():
            found = folder / file.name, line
    return found


def _sentence(check: Check, error: BaseException, *, in_reference: bool) -> str:
    told = str(error).strip().partition("\n")[0].rstrip(".!")[:MAX_SHOWN]
    if isinstance(error, TooSlowError):
        return f"The check {check.id} did not come to an end in {CHECK_SECONDS:g} seconds."
    if isinstance(error, QuitError):
        return f"The check {check.id} calls {error}, which would end the grader."
    if isinstance(error, pytest.FixtureLookupError):
        return f"The check {check.id} asks for '{error.argname}', which there is not."
    if isinstance(error, AssertionError | pytest.fail.Exception) and not in_reference:
        return f"The reference fails the check {check.id}{f': {told}' if told else ' here'}."
    what = f"{type(error).__name__}{f': {told}' if told else ''}"
    if in_reference:
        return f"The reference raises {what} (in the check {check.id})."
    return f"The check {check.id} raises {what}."
