"""Why the reference does not pass a check: it runs once more, in this process, and its traceback tells."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.course.loading import REFERENCE_FILE, LoadedExercise
from grader.errors import Fault
from grader.examiner.checks import Check, CheckSuite
from grader.examiner.collection import fault_at
from grader.examiner.patience import CHECK_SECONDS, TooSlowError


def cause_of(
    exercise: LoadedExercise, suite: CheckSuite, check: Check, params: Mapping[str, Any]
) -> Fault | None:
    """What is wrong, with its file and line; None if the check passes here, where nothing is confined."""
    error = suite.rehearse(exercise.name, check, params).raised
    if error is None:
        return None
    remedy = f"See: pytest {exercise.folder}"
    place = _place(exercise.folder, error)
    if place is None:
        return fault_at(check.item, _sentence(check, error, in_reference=False), remedy)
    file, line = place
    return Fault(
        file, line, None, "", _sentence(check, error, in_reference=file.name == REFERENCE_FILE), remedy
    )


def _place(folder: Path, error: BaseException) -> tuple[Path, int] | None:
    """Where in the exercise an error came up: the innermost line of its own files."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        if file.parent.resolve() == folder.resolve():
            found = folder / file.name, line
    return found


def _sentence(check: Check, error: BaseException, *, in_reference: bool) -> str:
    told = str(error).strip().partition("\n")[0].rstrip(".!")
    if isinstance(error, TooSlowError):
        return f"The check {check.id} did not come to an end in {CHECK_SECONDS:g} seconds."
    if isinstance(error, AssertionError | pytest.fail.Exception) and not in_reference:
        return f"The reference fails the check {check.id}{f': {told}' if told else ' here'}."
    what = f"{type(error).__name__}{f': {told}' if told else ''}"
    if in_reference:
        return f"The reference raises {what} (in the check {check.id})."
    return f"The check {check.id} raises {what}."
