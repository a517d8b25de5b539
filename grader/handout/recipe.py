"""What a practice pack carries of an exercise, so that `grade --another` can draw further variants."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from grader.course.loading import LoadedExercise
from grader.course.records import Course, Exercise
from grader.course.sitting import Sitting
from grader.digest import digest_of
from grader.language.document import Document
from grader.language.record import Record


class Recipe(Record):
    """An exercise as its author wrote it, and a seed that is not the course's: that one draws what counts."""

    seed: str
    exercise: dict[str, Any]

    @classmethod
    def of(cls, exercise: LoadedExercise) -> Self:
        """Pack an exercise."""
        seed = digest_of(f"another variant of {exercise.course.seed}".encode())
        record = exercise.record.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
        return cls(seed=seed, exercise=record)

    def exercise_of(self, sitting: Sitting) -> LoadedExercise:
        """Return the exercise of a sitting; its checks stay where they are."""
        paper, folder = sitting.paper, sitting.folder or Path(sitting.paper.exercise)
        course = Course(
            format=1,
            title=paper.course,
            seed=self.seed,
            exercises=[paper.exercise],
            packages=list(paper.packages),
            limits=paper.limits,
        )
        record = Exercise.model_validate(self.exercise)
        helpers = sitting.material.helpers
        return LoadedExercise(paper.exercise, folder, record, Document(folder), course, helpers)
