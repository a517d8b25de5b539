"""Wrong answers that no misconception explains, and what several of them have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.examiner.sketch import Sketch
from grader.language.params import Variant
from grader.questions.parts import AnswerParts

FEWEST = 8  # unexplained answers to a question; fewer can agree by luck
MOST_CHANCE = 0.01  # that luck alone proposes anything in a whole class
MAX_CLUSTERS = 5  # of one question


@dataclass(frozen=True)
class Unexplained:
    """A student's wrong answer to a question that no misconception explains."""

    student: str
    variant: Variant
    parts: AnswerParts
    written: str = ""  # as the file says it
    sketches: tuple[Sketch, ...] = ()  # of what code returned to the checks

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the student's variant."""
        return self.variant.params


@dataclass(frozen=True)
class Cluster:
    """Students who made the same mistake."""

    answer: Any  # a formula, nested lists of formulas, or the name of an option; None for code
    members: tuple[Unexplained, ...]
    chance: float  # that so many agree by luck, corrected for everything that was tried

    @property
    def students(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.student for one in self.members)


@dataclass(frozen=True)
class AskedOf:
    """The unexplained wrong answers to one question, and how many were wrong in all."""

    exercise: str
    question: str
    answers: Sequence[Unexplained]
    wrong: int  # with those that a misconception explains
    unreadable: int = 0  # values that the gradebook does not hold

    @property
    def is_enough(self) -> bool:
        """Whether there are enough of them to tell a pattern from luck."""
        return len(self.answers) >= FEWEST
