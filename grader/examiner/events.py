"""Events that an examiner reports while it grades a submission, before the report at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.examiner.deed import Deed

if TYPE_CHECKING:  # `grade` imports this before it knows whether there is work to do
    from grader.questions.posed import OutcomeName


@dataclass(frozen=True)
class Asked:
    """The answer to this question is now examined."""

    question: str


@dataclass(frozen=True)
class Verdict:
    """What was decided about a question."""

    question: str
    outcome: OutcomeName
    score: float
    points: float


Event = Deed | Asked | Verdict
Watcher = Callable[[Asked | Verdict], None]


def unwatched(_event: Asked | Verdict) -> None:
    """Ignore an event."""
