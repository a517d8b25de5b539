"""What a practice pack carries of an exercise, so that `grade --another` can draw further variants."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from grader.course.loading import LoadedExercise
from grader.course.records import Course, Exercise
from grader.course.sitting import Paper, Sitting
from grader.digest import digest_of
from grader.language.document import Document
from grader.language.limits import Limits
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
            limits=_written(paper),
        )
        record = Exercise.model_validate(self.exercise)
        helpers = sitting.material.helpers
        return LoadedExercise(
            paper.exercise, folder, record, Document(folder), course, helpers, measured=_measured(paper)
        )


def _written(paper: Paper) -> Limits:
    """Return the limits of a paper without the time limit that follows from the reference."""
    return Limits(**paper.limits.model_dump(exclude={"seconds"} if "" in paper.follows else set()))


def _measured(paper: Paper) -> float | None:
    """Return the time limit that follows from the reference."""
    own = [one.limits for one in paper.questions if one.limits and one.id in paper.follows]
    limits = own or ([paper.limits] if "" in paper.follows else [])
    return max((one.seconds for one in limits), default=None)
