"""Final scores from a gradebook and a course's rules, with the warnings about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.classroom.roster import Roster
from grader.course.deadlines import deadline
from grader.course.loading import LoadedCourse
from grader.course.rules import unknown_students
from grader.course.sharing import is_group
from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.gradebook import scoring
from grader.gradebook.notices import (
    forgotten_exercises,
    forgotten_questions,
    group_notices,
    open_to_all,
    score_warnings,
    unknown_sections,
)
from grader.gradebook.scoring import Score
from grader.gradebook.shared import shared_attempts, shared_overrides
from grader.gradebook.store import Gradebook
from grader.gradebook.totals import Total, totals
from grader.identity import Person


def final_scores(
    course: LoadedCourse, gradebook: Gradebook, student: str | None = None, roster: Iterable[str] = ()
) -> Iterator[Score]:
    """Yield the scores of the gradebook, or of one student in it, under the course's rules."""
    points = {outline.name: outline.points for outline in course.outlines()}
    sharing = course.sharing
    names = [student] if student is not None else [*roster, *gradebook.students(), *sharing.students]
    owners = [None] if student is None else sharing.owners(student)
    attempts = shared_attempts((one for name in owners for one in gradebook.attempts(name)), sharing)
    made = (one for name in owners for one in gradebook.overrides(name))
    overrides = list(shared_overrides(sorted(made, key=lambda one: one.created), sharing))
    known = {folded(name) for name in names}
    found = scoring.scores(attempts, overrides, course.rules, points, known)
    return (one for one in found if student is None or is_group(student) or one.student == student)


NO_TOTAL = "The course has no rules for a total. Add scores: to course.yaml."


def course_totals(
    course: LoadedCourse,
    gradebook: Gradebook,
    roster: Iterable[str] = (),
    now: datetime | None = None,
) -> list[Total]:
    """Return the total of each student, or nothing if the course has no rules for one.

    What a student did not hand in counts zero after their deadline; without a deadline it does not count yet.
    """
    if course.record.scores is None:
        return []
    moment, rules = now or datetime.now(UTC), course.rules
    doubtful = {(folded(student), exercise) for student, exercise in gradebook.left_out()}

    def is_over(student: str, exercise: str) -> bool:
        due = deadline(rules, student, exercise)
        return due is not None and due < moment and (folded(student), exercise) not in doubtful

    points = {outline.name: outline.points for outline in course.outlines()}
    found = final_scores(course, gradebook, roster=roster)
    return list(totals(found, course.record.scores, points, is_over, roster))


def override_warnings(
    course: LoadedCourse, gradebook: Gradebook, students: Collection[str] | None = None
) -> Iterator[str]:
    """Yield warnings about scores and points that people gave, for all students or for these."""
    marked = {student for student, _ in gradebook.marks()}
    for student in sorted({override.student for override in gradebook.overrides()} | marked):
        if students is None or student in students:
            yield from score_warnings(final_scores(course, gradebook, student))


def score_notices(
    course: LoadedCourse, gradebook: Gradebook, roster: Collection[str] | None = None
) -> Iterator[str]:
    """Yield warnings about unknown students in the rules, and scores that the course no longer uses."""
    yield from open_to_all(gradebook)
    yield from unknown_students(course.rules, {*gradebook.students(), *course.sharing.students}, roster)
    yield from group_notices(course, gradebook)
    yield from unknown_sections(course)
    yield from forgotten_exercises(course, gradebook)
    yield from forgotten_questions(course, gradebook)


@dataclass(frozen=True)
class Absence:
    """A student of the roster who handed in nothing for an exercise and is not excused."""

    exercise: str
    person: Person
    may_be_left_out: bool  # a file that course grade left out may be theirs


def absences(
    course: LoadedCourse, gradebook: Gradebook, roster: Roster, exercises: Sequence[str], section: str | None
) -> list[Absence]:
    """Return who handed in nothing, by exercise and in the roster's order.

    Exercises that nobody handed in are left out unless they are named.

    Raises:
        UsageFault: there is no such exercise or section, or the gradebook fails.

    """
    wanted = course.select(exercises)
    sections = {person.section for person in roster.people.values() if person.section}
    if section is not None and section not in sections:
        others = f"It has: {', '.join(sorted(sections))}." if sections else "It has no column 'section'."
        raise UsageFault(f"The roster has no section '{printable(section)}'. {printable(others)}")
    people = [one for one in roster.people.values() if section in {None, one.section}]
    attempts = shared_attempts(gradebook.attempts(), course.sharing)
    there = {(folded(one.student), one.exercise) for one in attempts}
    excused = {(folded(one.student), one.exercise) for one in course.rules.excused}
    doubtful = {(folded(student), exercise) for student, exercise in gradebook.left_out()}
    begun = {exercise for _, exercise in there}
    known = there | excused
    return [
        Absence(name, person, key in doubtful)
        for name in wanted
        if exercises or name in begun
        for person in people
        if (key := (folded(person.student), name)) not in known
    ]
