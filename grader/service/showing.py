"""Show an exercise to its author, without the class and its gradebook, whose import takes a second."""

from __future__ import annotations

from grader.course.loading import LoadedCourse
from grader.proof.overview import Overview, overview_of


def overview(course: LoadedCourse, exercise: str, variants: int) -> Overview:
    """Return an exercise with its answers, over a number of variants.

    Raises:
        UsageFault: there is no such exercise.
        CourseFaults: it is wrong.

    """
    course.select((exercise,))
    return overview_of(course.exercise(exercise), variants)
