"""The course that a command is typed in, and its gradebook."""

from __future__ import annotations

from pathlib import Path

from grader.classroom.identity import Person
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


def gradebook_of(course: LoadedCourse) -> Gradebook:
    """The course's gradebook.

    Raises:
        UsageFault: it cannot be opened.

    """
    return Gradebook(course.record.gradebook, course.root)


def roster_of(file: Path | None) -> Roster | None:
    """A roster, where one is named."""
    return read_roster(file) if file else None


def roster_of_gradebook(gradebook: Gradebook) -> Roster | None:
    """Return the students who were given variants of their own; None where nobody was.

    Raises:
        UsageFault: the gradebook refuses.

    """
    students = gradebook.students_handed_out()
    people = {student: Person(student) for student in students}
    stranger = "no variant was handed out to them; name everybody with --roster"
    return Roster(people, stranger=stranger) if people else None


def check_exercises(course: LoadedCourse, names: tuple[str, ...]) -> tuple[str, ...]:
    """These exercises, or all where none is named.

    Raises:
        UsageFault: the course has no such exercise.

    """
    for name in names:
        if name not in course.record.exercises:
            raise UsageFault(f"There is no exercise '{name}'. {did_you_mean(name, course.record.exercises)}")
    return names or tuple(course.record.exercises)
