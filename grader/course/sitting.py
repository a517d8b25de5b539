"""The questions of one exercise for one student, with everything that is needed to mark them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, SerializeAsAny

from grader.course.material import NO_MATERIAL, Material
from grader.figures.figure import Figure, Show
from grader.figures.first_positions import drawn
from grader.figures.frames import figure_of
from grader.figures.text import as_text
from grader.language.limits import Limits
from grader.language.record import Record
from grader.questions.kinds import KINDS
from grader.questions.posed import Key, Posed
from grader.walks.walk import Walk
from grader.walks.worked import Worked


def _of_its_kind(data: object) -> object:
    """Parse a question of a pack as the record of its kind."""
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return data
    return KINDS[data["kind"]].posed_type.model_validate(data)


AnyPosed = Annotated[SerializeAsAny[Posed], BeforeValidator(_of_its_kind)]


class Interlude(Record):
    """A text or code that comes before a question, or after the last one if that is ""."""

    before: str
    text: str
    is_code: bool = False


@lru_cache(maxsize=64)  # a stub asks several times, and the reference and a stub have the same
def _drawing(worked: Worked, show: Show) -> str:
    """Draw the first step, and of a whole walk also the last, as text."""
    figure = figure_of(worked, show)
    numbers = dict.fromkeys((0, figure.count - 1))
    return "\n\n".join(as_text(figure, number, unicode=True) for number in numbers)


class Paper(Record):
    """The questions of one exercise for one student. Nothing in it reveals an answer."""

    format: Literal[1] = 1
    drawn_by: int = 1  # the version of the drawing; papers of 0.1.0 do not have it
    course: str
    exercise: str
    title: str
    intro: str
    worked: Worked | None = None  # what the exercise's figure shows
    show: Show = "first"  # how much of it
    walk: Walk | None = None  # only in papers from before figures had numbers
    figure: str | None = None  # only in papers of 0.1.0, which have no walk
    student: str | None
    packages: tuple[str, ...]
    limits: Limits
    follows: tuple[str, ...] = ()  # whose time no author limits: questions with own limits, "" for all others
    questions: tuple[AnyPosed, ...]
    between: tuple[Interlude, ...] = ()
    files: tuple[str, ...] = ()  # that students receive, and their code opens by name
    hands_out_helpers: bool = False

    def interludes(self, question: str = "") -> tuple[Interlude, ...]:
        """Return what comes before a question, or after the last one."""
        return tuple(one for one in self.between if one.before == question)

    @property
    def illustration(self) -> Figure | None:
        """The exercise's figure, for a renderer; None if there is none, or in older papers."""
        return figure_of(self.worked, self.show) if self.worked else None

    @property
    def drawing(self) -> str | None:
        """The exercise's figure as text for UTF-8: its first step, and of a whole walk also its last."""
        return _drawing(self.worked, self.show) if self.worked else drawn(self.walk) or self.figure

    @property
    def points(self) -> float:
        """Return the points for full marks."""
        return sum(question.points for question in self.questions)


@dataclass(frozen=True)
class Sitting:
    """A paper with everything to mark it: keys, parameters, and the folder of the checks and the reference.

    `keys` is None if only visible checks are available: on a student's machine in an assessed course. A key
    in `rights` is enough to judge a right answer. Only for other answers the whole key has to be computed.
    """

    paper: Paper
    params: Mapping[str, Any]
    keys: Mapping[str, Key] | None
    folder: Path | None
    is_practice: bool = False  # the student may see what their code raises in hidden checks
    material: Material = NO_MATERIAL
    rights: Mapping[str, Key] = field(default_factory=dict)

    @property
    def code_questions(self) -> tuple[str, ...]:
        """Return the ids of the questions that pytest checks mark."""
        return tuple(question.id for question in self.paper.questions if KINDS[question.kind].by_checks)

    def paced(self, seconds: float) -> Sitting:
        """Return the same sitting with this time for a call, whatever its author allows."""
        paper = self.paper
        questions = tuple(
            posed.model_copy(update={"limits": posed.limits.paced(seconds)}) if posed.limits else posed
            for posed in paper.questions
        )
        limits = paper.limits.paced(seconds)
        return replace(self, paper=paper.model_copy(update={"limits": limits, "questions": questions}))

    def allowing(self, seconds: float) -> Sitting:
        """Return the same sitting with at least this time for a call, where no author limits it."""
        paper = self.paper
        questions = tuple(
            posed.model_copy(update={"limits": posed.limits.allowing(seconds)})
            if posed.limits and posed.id in paper.follows
            else posed
            for posed in paper.questions
        )
        limits = paper.limits.allowing(seconds) if "" in paper.follows else paper.limits
        return replace(self, paper=paper.model_copy(update={"limits": limits, "questions": questions}))
