"""Both ways through a layer on example numbers: what a misconception does, without a student's own answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.course.loading import LoadedExercise
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.examiner.report import QuestionReport
from grader.figures.figure import CannotDraw
from grader.figures.frames import two_tracks
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Key
from grader.walks.worked import Tracks

MOST = 8  # example variants that are tried


@dataclass
class ExampleVariants:
    """The example variants of some exercises: the same ones for everybody."""

    _sittings: dict[tuple[str, int], Sitting] = field(default_factory=dict)

    def tracks(
        self, exercise: LoadedExercise, question: QuestionReport, params: Mapping[str, Any]
    ) -> Tracks | None:
        """Return both ways on the first example whose parameters are not these, or None if there are none."""
        if question.misconception is None or KINDS[question.kind].by_checks:
            return None
        for number in range(MOST if exercise.names else 0):
            example = self._example(exercise, number)
            if example.params != params:
                found = own_tracks(example, question.id, question.misconception)
                if found is not None:
                    return found
        return None

    def _example(self, exercise: LoadedExercise, number: int) -> Sitting:
        key = exercise.name, number
        if key not in self._sittings:
            self._sittings[key] = prepare(exercise, f"example {number}")
        return self._sittings[key]


def own_tracks(sitting: Sitting, question: str, misconception: str) -> Tracks | None:
    """Return both ways on the numbers of a variant; None if the misconception is not a walk."""
    posed = next((one for one in sitting.paper.questions if one.id == question), None)
    key: Key | None = (sitting.keys or {}).get(question)
    if posed is None or key is None or KINDS[posed.kind].by_checks:
        return None
    kind = KINDS[posed.kind]
    for wrong in key.wrong:
        if wrong.name == misconception:
            try:
                tracks = kind.tracks(posed, key, misconception, kind.read(posed, wrong.answer))
                if tracks is not None:
                    two_tracks(tracks)
                    return tracks
            except (FormError, CannotDraw):
                continue
    return None
