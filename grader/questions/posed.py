"""The records that a kind makes of a question: what a student is asked, the key, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.language.limits import Limits
from grader.language.record import Record
from grader.mistakes.mistake import Slip
from grader.questions import wording
from grader.walks.walk import Walk
from grader.walks.worked import Tracks, Worked

OutcomeName = Literal[
    "passed",
    "failed",
    "error",
    "timeout",
    "memory",
    "crashed",
    "unanswered",
    "pending",  # until a person marks it: neither zero nor ungraded
    "skipped",
    "ungraded",
]


class Option(Record):
    """One option of a choice, with the letter that a student answers with."""

    letter: str
    text: str


class Posed(Record):
    """A question as one student sees it. Nothing in it reveals the answer."""

    id: str
    kind: str
    points: float
    prompt: str
    how: str  # how to write the answer; empty if the starter shows it
    starter: str  # the code in the stub
    hints: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    limits: Limits | None = None  # in place of the exercise's
    forbid: tuple[str, ...] = ()  # what code must not use
    require: tuple[str, ...] = ()  # what code must use
    in_place: bool = False  # whether code may change its inputs
    is_broken: bool = False  # whether the starter is code to fix
    file: str = ""  # what students hand in beside their source, in place of a value
    fields: tuple[str, ...] = ()  # the names of an answer's parts, if it has several
    walk: Walk | None = None  # of the question's layer; it reveals no more than the layer does
    picture: str | None = None  # in papers of 0.1.0, which had no walk


class Wrong(Record):
    """A misconception on one variant, with the answer that it leads to."""

    name: str
    answer: Any
    message: str
    hint: int | None = None  # the number of the hint to show, from 1
    is_rare: bool = False  # a usual mistake that draws of variants do not avoid

    @classmethod
    def of(cls, slip: Slip) -> Wrong:
        """Make one from a usual mistake."""
        return cls(name=slip.name, answer=slip.answer, message=slip.message, is_rare=slip.is_rare)


class Key(Record):
    """What decides the verdict on one variant of a question. Students of an assessed course never get it."""

    solution: str  # Python code that earns full marks in place of the starter
    wrong: tuple[Wrong, ...] = ()
    explanation: str = ""  # why the solution is right; students of a practice edition can read it at the end
    builds_on: tuple[str, ...] = ()  # the earlier questions whose answers it can be judged by
    worked: Worked | None = None  # the layer with its numbers, if there are usual mistakes in computing it


@dataclass(frozen=True)
class Mark:
    """The verdict on one answer; `share` is the share of the points, from 0 to 1."""

    outcome: OutcomeName
    share: float
    message: str
    misconception: str | None = None
    hint: int | None = None
    is_malformed: bool = False  # it has another form than required, so a picture does not help
    tracks: Tracks | None = None  # torch's way and the mistaken one; practice edition only
    written: str = ""  # the text that a person marks


class FormError(ValueError):
    """An answer that does not have the required form; the text is for the student."""


MOST_READ = 2  # messages of possible misconceptions that a student reads at most


def failed(
    wrongs: Iterable[Wrong],
    agrees: Callable[[Wrong], bool],
    otherwise: str,
    share: float = 0.0,
    most: int = MOST_READ,
) -> Mark:
    """Mark a wrong answer with the one misconception that explains it.

    If two explain it, the message holds both and no misconception is named. If none or more than `most` do,
    the message is `otherwise`. Rare ones count only if there is room for them.
    """
    agreeing = list({wrong.name: wrong for wrong in reversed([*wrongs]) if agrees(wrong)}.values())[::-1]
    if len(agreeing) > most:
        agreeing = [wrong for wrong in agreeing if not wrong.is_rare]
    if not 1 <= len(agreeing) <= most:
        return Mark("failed", share, otherwise)
    if len(agreeing) > 1:
        return Mark("failed", share, either(agreeing))
    return Mark("failed", share, agreeing[0].message, agreeing[0].name, agreeing[0].hint)


def either(wrongs: Sequence[Wrong]) -> str:
    """Say that each misconception explains an answer; return the message of a single one as it is."""
    return wording.either([wrong.message for wrong in wrongs])
