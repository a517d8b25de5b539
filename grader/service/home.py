"""Finding a course, and protecting its files from being overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse, load_course
from grader.errors import UsageFault
from grader.files import open_file, refusal, write_file

PAGE = b"<!doctype html"  # the beginning of a page


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
    if not file.parent.is_dir():
        raise UsageFault(f"There is no folder {file.parent}. Create it or name another file.")
    if not os.path.lexists(file):
        return
    try:
        with open_file(file) as stream:
            begin = stream.read(len(PAGE))
    except OSError as error:
        raise refusal(file, "written", error) from None
    if begin.lower() not in {b"", PAGE}:
        raise UsageFault(f"{file} already exists and is not a page. Name another file, such as proof.html.")


def write_page(file: Path, text: str) -> None:
    """Write a page completely or raise UsageFault."""
    write_file(file, text)
