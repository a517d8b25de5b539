"""What a person should know before they use scores: sentences for a terminal."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping

from grader.course.loading import LoadedCourse
from grader.errors import printable
from grader.gradebook.scoring import Score
from grader.gradebook.store import Gradebook


def forgotten_exercises(course: LoadedCourse, gradebook: Gradebook) -> list[str]:
    """Name the exercises that the gradebook has scores in and the course does not list, in one sentence."""
    gone = {name: n for name, n in gradebook.exercises().items() if name not in course.record.exercises}
    told = (
        f"The gradebook has scores in {_counted(gone, 'student')}, which course.yaml does not list: "
        "they are left out. If an exercise was renamed, give it its old name back."
    )
    return [told] if gone else []


def forgotten_questions(course: LoadedCourse, gradebook: Gradebook) -> list[str]:
    """Name the questions that scores still count and their exercise does not ask, a sentence an exercise."""
    held = gradebook.questions()
    told = []
    for exercise in course.outlines():
        asked = {question.id for question in exercise.questions}
        own = {id_: count for (name, id_), count in held.items() if name == exercise.name}
        gone = {id_: count for id_, count in sorted(own.items()) if id_ not in asked}
        if gone:
            what = f"Scores in {exercise.name} still count {_counted(gone, 'submission')}"
            told.append(f"{what}, which it does not ask any more. Run: course regrade")
    return told


def open_to_all(gradebook: Gradebook) -> list[str]:
    """Say so if everybody on this machine can read or change the gradebook's file."""
    file = gradebook.file
    if file is None or not file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return []
    return [f"Everybody on this machine can open {file}. Run: chmod o= {file}"]


def score_warnings(scores: Iterable[Score]) -> Iterator[str]:
    """Say which scores a person should look at, and why."""
    for score in scores:
        for warning in score.warnings:
            student = printable(score.student)
            yield f"{student} {score.exercise}: {warning}. To see more: course history {student}"


def _counted(names: Mapping[str, int], what: str) -> str:
    return ", ".join(
        f"'{printable(name)}' ({count} {what}{'' if count == 1 else 's'})" for name, count in names.items()
    )
