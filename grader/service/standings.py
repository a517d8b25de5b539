"""Final scores from a gradebook and a course's rules, with the warnings about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from grader.course.loading import LoadedCourse
from grader.course.rules import unknown_students
from grader.folding import folded
from grader.gradebook import scoring
from grader.gradebook.notices import forgotten_exercises, forgotten_questions, open_to_all, score_warnings
from grader.gradebook.scoring import Score
from grader.gradebook.store import Gradebook


def final_scores(
    course: LoadedCourse, gradebook: Gradebook, student: str | None = None, roster: Iterable[str] = ()
) -> Iterator[Score]:
    """Yield the scores of the gradebook, or of one student in it, under the course's rules."""
    points = {outline.name: outline.points for outline in course.outlines()}
    names = [student] if student is not None else [*roster, *gradebook.students()]
    overrides, known = gradebook.overrides(student), {folded(name) for name in names}
    return scoring.scores(gradebook.attempts(student), overrides, course.record.rules, points, known)


def override_warnings(
    course: LoadedCourse, gradebook: Gradebook, students: Collection[str] | None = None
) -> Iterator[str]:
    """Yield warnings about scores that were set by hand, for all students or for these."""
    for student in sorted({override.student for override in gradebook.overrides()}):
        if students is None or student in students:
            yield from score_warnings(final_scores(course, gradebook, student))


def score_notices(
    course: LoadedCourse, gradebook: Gradebook, roster: Collection[str] | None = None
) -> Iterator[str]:
    """Yield warnings about unknown students in the rules, and scores that the course no longer uses."""
    yield from open_to_all(gradebook)
    yield from unknown_students(course.record.rules, gradebook.students(), roster)
    yield from forgotten_exercises(course, gradebook)
    yield from forgotten_questions(course, gradebook)
