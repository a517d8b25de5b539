"""What a student is asked, what decides it, and the verdict: the records that a kind makes of a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from grader.language.limits import Limits
from grader.language.record import Record
from grader.mistakes.mistake import Slip
from grader.questions.wording import either
from grader.walks.walk import Walk

OutcomeName = Literal[
    "passed", "failed", "error", "timeout", "memory", "crashed", "unanswered", "skipped", "ungraded"
]


class Option(Record):
    """One line of a choice, under the letter that a student answers with."""

    letter: str
    text: str


class Posed(Record):
    """A question as one student sees it. Nothing in it reveals the answer."""

    id: str
    kind: str
    points: float
    prompt: str
    how: str  # how the answer is to be written; nothing where the starter says it all
    starter: str  # the code in the stub
    hints: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    limits: Limits | None = None  # where they are not the exercise's
    forbid: tuple[str, ...] = ()  # what code may not use
    require: tuple[str, ...] = ()  # what code has to use
    in_place: bool = False  # whether code may change the inputs that it is given
    fields: tuple[str, ...] = ()  # the names that an answer with several parts fills in
    walk: Walk | None = None  # of the layer that it asks about; it says no more than the layer does
    picture: str | None = None  # in papers of 0.1.0, which have no walk


class Wrong(Record):
    """A misconception at work on one variant: the answer that it leads to."""

    name: str
    answer: Any
    message: str
    hint: int | None = None  # the number, from 1, of the hint to go to

    @classmethod
    def of(cls, slip: Slip) -> Wrong:
        """Make one of a usual mistake."""
        return cls(name=slip.name, answer=slip.answer, message=slip.message)


class Key(Record):
    """What decides one variant of a question. Never shown to students."""

    solution: str  # Python that a student could write in place of the starter, for full marks
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True)
class Mark:
    """The verdict on one answer; `share` of the points, from 0 to 1."""

    outcome: OutcomeName
    share: float
    message: str
    misconception: str | None = None
    hint: int | None = None
    is_malformed: bool = False  # it has another form than is asked for, so that no picture can help


class FormError(ValueError):
    """An answer that is not of the form that its question asks for; the text is for the student."""


MOST_READ = 2  # misconceptions, any of which may be the student's


def failed(
    wrongs: Iterable[Wrong],
    agrees: Callable[[Wrong], bool],
    otherwise: str,
    share: float = 0.0,
    most: int = MOST_READ,
) -> Mark:
    """Mark a wrong answer, with the one misconception that agrees with it.

    Where two do, either could be the student's: none is named, and both are read. Of more, `otherwise` is
    said.
    """
    agreeing = list({wrong.name: wrong for wrong in reversed([*wrongs]) if agrees(wrong)}.values())[::-1]
    if not 1 <= len(agreeing) <= most:
        return Mark("failed", share, otherwise)
    if len(agreeing) > 1:
        return Mark("failed", share, either([wrong.message for wrong in agreeing]))
    return Mark("failed", share, agreeing[0].message, agreeing[0].name, agreeing[0].hint)
