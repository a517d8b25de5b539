"""The course that a command is typed in, and its gradebook."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import click

from grader.classroom.roster import Roster, called_as, read_roster
from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse, load_course
from grader.course.rules import unknown_students
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded
from grader.gradebook import rules
from grader.gradebook.notices import forgotten_exercises, forgotten_questions, open_to_all, score_warnings
from grader.gradebook.rules import Score
from grader.gradebook.store import Gradebook
from grader.identity import Person


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
    """Open the course's gradebook, and print what a person should know about it.

    Raises:
        UsageFault: it cannot be opened.

    """
    gradebook = Gradebook(course.record.gradebook, course.root)
    tell(gradebook.notes)
    return gradebook


def tell(sentences: Iterable[str]) -> None:
    """Print what a person should know beside what they asked for, a line each."""
    for sentence in sentences:
        click.echo(printable(sentence), err=True)


def final_scores(
    course: LoadedCourse, gradebook: Gradebook, student: str | None = None, roster: Iterable[str] = ()
) -> Iterator[Score]:
    """Yield the scores of the gradebook, or of one student in it, as the course's rules have them."""
    points = {outline.name: outline.points for outline in course.outlines()}
    names = [student] if student is not None else [*roster, *gradebook.students()]
    overrides, known = gradebook.overrides(student), {folded(name) for name in names}
    return rules.scores(gradebook.attempts(student), overrides, course.record.rules, points, known)


def override_warnings(
    course: LoadedCourse, gradebook: Gradebook, students: Collection[str] | None = None
) -> Iterator[str]:
    """Say which scores that were set by hand a person should look at: of all students, or of these."""
    for student in sorted({override.student for override in gradebook.overrides()}):
        if students is None or student in students:
            yield from score_warnings(final_scores(course, gradebook, student))


def tell_of_scores(course: LoadedCourse, gradebook: Gradebook, roster: Iterable[str] = ()) -> None:
    """Print whom the rules name and nobody knows, and which scores the course does not ask for any more."""
    tell(open_to_all(gradebook))
    tell(unknown_students(course.record.rules, {*roster, *gradebook.students()}))
    tell(forgotten_exercises(course, gradebook))
    tell(forgotten_questions(course, gradebook))


def found_student(name: str, known: Collection[str]) -> str:
    """Return a student's name as the gradebook or a roster writes it, or the name itself if nobody has it."""
    return name if name in known else next((one for one in known if folded(one) == folded(name)), name)


def known_student(name: str, known: Collection[str], remedy: str = "") -> str:
    """Return a student's name as the gradebook or a roster writes it.

    Raises:
        UsageFault: nobody is called so.

    """
    found = found_student(name, known)
    if found in known:
        return found
    close = did_you_mean(name, known)
    close = f" {printable(close)}" if close.startswith("Did you mean") else ""
    raise UsageFault(f"Nobody knows a student '{printable(name)}'.{close}{remedy}")


def roster_of(file: Path | None, gradebook: Gradebook) -> Roster | None:
    """Return a roster where one is named, with the students called as the gradebook calls them.

    Raises:
        CourseFaults: there are faults in it.
        UsageFault: it is no table, or the gradebook refuses.

    """
    return called_as(read_roster(file), gradebook.students()) if file else None


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
