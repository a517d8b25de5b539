"""Find a course, and protect its files from being overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse, load_course
from grader.errors import UsageFault
from grader.service.page_file import check_target


def find_course(start: Path) -> LoadedCourse:
    """Return the course in a folder or its parents.

    Raises:
        UsageFault: there is none.
        CourseFaults: course.yaml is wrong.

    """
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return load_course(folder)
    raise UsageFault(
        f"There is no {COURSE_FILE} here or above. Go to a course's folder, or create one: course new FOLDER"
    )


def refuse_inputs(course: LoadedCourse, file: Path, others: Iterable[Path] = ()) -> None:
    """Raise UsageFault if an output file is one that the course or this command needs."""
    inputs = [course.root / COURSE_FILE, *_gradebook_files(course), *others]
    exercises = Path(os.path.realpath(course.root / "exercises"))
    if exercises in Path(os.path.realpath(file)).parents or any(_is_same(file, one) for one in inputs):
        raise UsageFault(f"{file} is a file of the course and would be overwritten. Name another file.")


def _gradebook_files(course: LoadedCourse) -> list[Path]:
    """Return the gradebook's file and those that the database creates beside it, if it is a file."""
    found = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", course.record.gradebook)
    return [course.root / f"{found[1]}{end}" for end in ("", "-journal", "-wal", "-shm")] if found else []


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one does not exist yet
        return os.path.realpath(one) == os.path.realpath(other)


def check_page(course: LoadedCourse, file: Path) -> None:
    """Raise UsageFault if a page cannot be written to a file, or would overwrite something else."""
    refuse_inputs(course, file)
    check_target(file)
