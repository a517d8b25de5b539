"""A usual mistake: a named wrong way through a walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

Run = TypeVar("Run")
Answer = TypeVar("Answer")


class Slip(NamedTuple):
    """A mistake made with one layer: where it leads, and what to tell the student."""

    name: str
    message: str
    answer: Any
    is_rare: bool = False


@dataclass(frozen=True)
class Mistake(Generic[Run, Answer]):
    """A wrong way to count or to compute, where it `applies`: nobody forgets a padding that is not there."""

    name: str
    message: str  # {noun} is what moves over the image: kernel or window
    answer: Callable[[Run], Answer]
    applies: Callable[[Run], bool] = lambda run: True  # noqa: ARG005 the common case looks at nothing
    is_rare: bool = False  # not so usual that students' numbers are drawn around it

    def made(self, run: Run, **words: str) -> Slip:
        """Make the mistake with one layer; `words` are those of its family."""
        return Slip(self.name, self.message.format(**words), self.answer(run), self.is_rare)


def telling(slips: Iterable[Slip], known: Iterable[Any], form: Callable[[Any], str] = repr) -> Iterator[Slip]:
    """Yield the slips to listen for, where `known` answers are right or wrong for another reason.

    A rare one is left out where it leads to an answer that is known by then: there it says nothing of a
    student. Answers are the same if they have the same `form`.
    """
    slips = list(slips)
    seen = {form(answer) for answer in (*known, *(slip.answer for slip in slips if not slip.is_rare))}
    for slip in slips:
        if not slip.is_rare or form(slip.answer) not in seen:
            seen.add(form(slip.answer))
            yield slip
