"""Try an author's modules in a separate process: they can loop, exit, crash or fill the memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from grader.course.loading import LoadedCourse
from grader.examiner.collection import with_suite
from grader.examiner.deed import Note

if sys.platform != "win32" and hasattr(os, "fork"):
    from grader.examiner.forked import in_a_fork as _worked
else:
    from grader.examiner.unforked import in_this_process as _worked

T = TypeVar("T")


def apart(work: Callable[[Note], T], memory_mib: int) -> T:
    """Return what `work` returns in a fork of this process, with this much memory more than the process has.

    `work` notes what it is about to do, so that a fault can name it. Without fork it works in this process.

    Raises:
        CourseFaults: the process ended, or did not finish.
        GraderError: `work` raised it.

    """
    return _worked(work, memory_mib)


def tried(course: LoadedCourse, exercises: Sequence[str]) -> None:
    """Import the checks and references of some exercises in a separate process.

    Raises:
        CourseFaults: they cannot be imported, whatever they do instead.

    """
    if any(question.by_checks for name in exercises for question in course.exercise(name).record.questions):
        memory = max(course.exercise(name).limits.memory_mib for name in exercises)
        apart(lambda note: with_suite(course, exercises, lambda _suite: None, note), memory)
