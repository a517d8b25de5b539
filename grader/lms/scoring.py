"""From final scores to what is handed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.course.loading import LoadedCourse
from grader.errors import UsageFault, did_you_mean
from grader.gradebook.rules import Score
from grader.lms.export import Entry, Item


def export_items(
    course: LoadedCourse, scores: Iterable[Score], exercises: Sequence[str], zero_for: Sequence[str]
) -> tuple[tuple[Item, ...], list[Score]]:
    """The items of an export, and the scores that must not be in it because they could not be graded.

    Raises:
        UsageFault: the course has no such exercise.

    """
    for name in exercises:
        if name not in course.record.exercises:
            raise UsageFault(f"There is no exercise '{name}'. {did_you_mean(name, course.record.exercises)}")
    wanted = list(exercises or course.record.exercises)
    own: dict[str, dict[str, Score]] = {name: {} for name in wanted}
    for score in scores:
        if score.exercise in own:
            own[score.exercise][score.student] = score
    items = []
    for name in wanted:
        record = course.exercise(name).record
        entries = [
            Entry(score.student, score.final, score.graded)
            for score in own[name].values()
            if score.final is not None or score.is_excused
        ]
        entries += [Entry(student, 0.0, None) for student in zero_for if student not in own[name]]
        in_order = tuple(sorted(entries, key=lambda entry: entry.student))
        items.append(Item(name, record.title, record.points, in_order))
    ungraded = [score for scores in own.values() for score in scores.values() if not score.is_graded]
    return tuple(items), ungraded
