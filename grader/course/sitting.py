"""What one student is asked in one exercise, and what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, SerializeAsAny

from grader.figures.text import drawn
from grader.language.limits import Limits
from grader.language.record import Record
from grader.questions.kinds import KINDS
from grader.questions.posed import Key, Posed
from grader.walks.walk import Walk


def _of_its_kind(data: object) -> object:
    """Read a question of a pack as the record of its kind."""
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return data
    return KINDS[data["kind"]].posed_type.model_validate(data)


AnyPosed = Annotated[SerializeAsAny[Posed], BeforeValidator(_of_its_kind)]


class Paper(Record):
    """What one student is asked in one exercise. Nothing in it reveals an answer."""

    format: Literal[1] = 1
    drawn_by: int = 1  # the version of the drawing; papers of 0.1.0 do not say it
    course: str
    exercise: str
    title: str
    intro: str
    walk: Walk | None = None  # that the exercise's figure shows
    figure: str | None = None  # in papers of 0.1.0, which have no walk
    student: str | None
    packages: tuple[str, ...]
    limits: Limits
    questions: tuple[AnyPosed, ...]

    @property
    def drawing(self) -> str | None:
        """The exercise's figure in text."""
        return drawn(self.walk) or self.figure

    @property
    def points(self) -> float:
        """What full marks are."""
        return sum(question.points for question in self.questions)


@dataclass(frozen=True)
class Sitting:
    """A paper with what decides it: keys, parameters, and the folder of the checks and the reference.

    `keys` is None where only visible checks are at hand: on the disk of a student of an assessed course.
    """

    paper: Paper
    params: Mapping[str, Any]
    keys: Mapping[str, Key] | None
    folder: Path | None
    is_practice: bool = False  # its owner may read what their code raises beside hidden checks

    @property
    def code_questions(self) -> tuple[str, ...]:
        """The ids of the questions that pytest checks decide."""
        return tuple(question.id for question in self.paper.questions if KINDS[question.kind].by_checks)

    def paced(self, seconds: float) -> Sitting:
        """Return the same, where a call may take this long, whatever its author allows."""
        paper = self.paper
        questions = tuple(
            posed.model_copy(update={"limits": posed.limits.paced(seconds)}) if posed.limits else posed
            for posed in paper.questions
        )
        limits = paper.limits.paced(seconds)
        return replace(self, paper=paper.model_copy(update={"limits": limits, "questions": questions}))
