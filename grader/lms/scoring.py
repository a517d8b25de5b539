"""From the gradebook's scores to what is handed on."""

from __future__ import annotations

from collections.abc import Sequence

from grader.course.loading import LoadedCourse
from grader.errors import UsageFault, did_you_mean
from grader.gradebook.store import Score
from grader.lms.export import Entry, Item


def export_items(
    course: LoadedCourse, scores: Sequence[Score], exercises: Sequence[str], zero_for: Sequence[str]
) -> tuple[tuple[Item, ...], list[Score]]:
    """The items of an export, and the scores that must not be in it because they could not be graded.

    Raises:
        UsageFault: the course has no such exercise.

    """
    for name in exercises:
        if name not in course.record.exercises:
            raise UsageFault(f"There is no exercise '{name}'. {did_you_mean(name, course.record.exercises)}")
    items = []
    for name in exercises or course.record.exercises:
        record = course.exercise(name).record
        own = {score.student: score for score in scores if score.exercise == name}
        points = sum(question.points for question in record.questions)
        # An exercise's points may have changed since it was graded: a score is a share of what they were.
        entries = [
            Entry(s.student, s.score / s.points * points, s.graded) for s in own.values() if s.is_graded
        ]
        entries += [Entry(student, 0.0, None) for student in zero_for if student not in own]
        items.append(
            Item(name, record.title, points, tuple(sorted(entries, key=lambda entry: entry.student)))
        )
    names = {item.exercise for item in items}
    return tuple(items), [score for score in scores if not score.is_graded and score.exercise in names]
