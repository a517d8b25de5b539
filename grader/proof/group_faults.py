"""Faults of the list that says who hands in an exercise together."""

from __future__ import annotations

from collections.abc import Iterator

from grader.classroom.group_list import read_groups
from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.errors import Fault, UsageFault
from grader.language.document import read_document


def faults_of_groups(course: LoadedCourse, exercise: LoadedExercise) -> Iterator[Fault]:
    """Yield why the list of an exercise's groups cannot be read."""
    name = exercise.record.group_set
    if name not in course.record.groups:
        return
    try:
        read_groups(course.root / course.record.groups[name], ())
    except UsageFault as error:
        yield read_document(course.root / COURSE_FILE).fault(("groups", name), str(error))
