"""Events that an examiner reports while it grades a submission, before the report at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class Answers:
    """The answers that are plain values, each as a text that another process can compare."""

    texts: Mapping[str, str]


@dataclass(frozen=True)
class Longer:
    """Student code may from now on take so many seconds, because the machine is slow."""

    seconds: float


Event = Asked | Verdict | Answers | Longer
Watcher = Callable[[Asked | Verdict], None]
Heard = Callable[[str, Any], None]  # with the name of a question and the value of its answer


def unwatched(_event: Asked | Verdict) -> None:
    """Ignore an event."""


def unheard(_question: str, _value: Any) -> None:
    """Ignore an answer."""
