"""The course that a command is typed in, and its gradebook."""

from __future__ import annotations

import os
import re
from pathlib import Path

from grader.classroom.roster import Roster, read_roster
from grader.course.loading import COURSE_FILE, LoadedCourse, load_course
from grader.errors import UsageFault, did_you_mean
from grader.gradebook.store import Gradebook


def course_here() -> LoadedCourse:
    """The course in this folder or above.

    Raises:
        UsageFault: there is none.
        CourseFaults: course.yaml is wrong.

    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / COURSE_FILE).is_file():
            return load_course(folder)
    raise UsageFault(
        f"There is no {COURSE_FILE} here or above. Go to a course's folder, or make one: course new DIR"
    )


def refuse_inputs(course: LoadedCourse, file: Path, *others: Path | None) -> None:
    """Raise UsageFault where a file that will be written is one that the course, or this command, needs."""
    inputs = [course.root / COURSE_FILE, *_gradebook_files(course), *(other for other in others if other)]
    exercises = Path(os.path.realpath(course.root / "exercises"))
    if exercises in Path(os.path.realpath(file)).parents or any(_is_same(file, one) for one in inputs):
        raise UsageFault(f"{file} would overwrite what the course is made of. Name another file.")


def _gradebook_files(course: LoadedCourse) -> list[Path]:
    """Return the file of a gradebook that is one, and those that the database makes beside it."""
    found = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", course.record.gradebook)
    return [course.root / f"{found[1]}{end}" for end in ("", "-journal", "-wal", "-shm")] if found else []


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one is not there yet
        return os.path.realpath(one) == os.path.realpath(other)


def gradebook_of(course: LoadedCourse) -> Gradebook:
    """The course's gradebook.

    Raises:
        UsageFault: it cannot be opened.

    """
    return Gradebook(course.record.gradebook, course.root)


def roster_of(file: Path | None) -> Roster | None:
    """A roster, where one is named."""
    return read_roster(file) if file else None


def check_exercises(course: LoadedCourse, names: tuple[str, ...]) -> tuple[str, ...]:
    """These exercises, or all where none is named.

    Raises:
        UsageFault: the course has no such exercise.

    """
    for name in names:
        if name not in course.record.exercises:
            raise UsageFault(f"There is no exercise '{name}'. {did_you_mean(name, course.record.exercises)}")
    return names or tuple(course.record.exercises)
