"""The time limit that follows from the reference. `course check` measures it and keeps it by the exercise.

It is kept in a file, so that every student of an exercise gets the same limit, wherever the file is graded.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from grader.course.file_names import MEASURED_FILE
from grader.errors import CourseFaults, Fault
from grader.files import read_file, write_file
from grader.language.limits import Limits
from grader.language.record import Record

FIVEFOLD = 5  # how many times as long as the reference a call may take
LEAST_SECONDS: float = Limits().seconds  # what a call may take in any case
MOST_SECONDS = 300.0  # the largest limit that follows from the reference; an author can write a longer one
PATIENCE_SECONDS = MOST_SECONDS / FIVEFOLD  # the limit of a call of the reference while it is measured
_STEADY = 4  # how much more than is needed a measured limit may be before it changes
_MAX_BYTES = 1 << 16

_Seconds = Annotated[float, Field(gt=0, le=MOST_SECONDS, allow_inf_nan=False)]


class Measured(Record):
    """What was measured, and the limit that follows, in seconds."""

    format: Literal[1] = 1
    reference_seconds: _Seconds  # of its longest call
    seconds: _Seconds


def read_measured(folder: Path) -> float | None:
    """Return the limit that was measured for the exercise in a folder, in seconds; None if there is none.

    Raises:
        CourseFaults: the file cannot be read.

    """
    file = folder / MEASURED_FILE
    if not file.is_file():
        return None
    try:
        return Measured.model_validate(json.loads(read_file(file, _MAX_BYTES))).seconds
    except (ValidationError, ValueError, RecursionError):
        sentence = f"{MEASURED_FILE} is not in the form that course check writes."
        remedy = f"Delete it, and run: course check {folder.name}"
        raise CourseFaults([Fault(file, None, None, "", sentence, remedy)]) from None


def limit_for(slowest: float) -> float:
    """Return the limit of a call, from the seconds that one of the reference takes.

    >>> limit_for(0.3), limit_for(1.4), limit_for(1000)
    (5, 10, 300.0)
    """
    return min(max(LEAST_SECONDS, FIVEFOLD * math.ceil(slowest)), MOST_SECONDS)


def keep_measured(folder: Path, known: float | None, slowest: float) -> float:
    """Keep what the longest call of the reference takes, and return the limit that follows.

    A limit that still fits stays, so that it does not change with every measurement.

    Raises:
        UsageFault: the file cannot be written.

    """
    limit, file = limit_for(slowest), folder / MEASURED_FILE
    if known is not None and FIVEFOLD * slowest <= known <= _STEADY * limit and limit > LEAST_SECONDS:
        return known
    if limit <= LEAST_SECONDS:
        file.unlink(missing_ok=True)
    else:
        reference_seconds = round(min(slowest, MOST_SECONDS), 2)
        write_file(
            file, Measured(reference_seconds=reference_seconds, seconds=limit).model_dump_json() + "\n"
        )
    return limit
