"""A usual mistake: a named wrong way to count or to compute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Self, TypeVar

Run = TypeVar("Run")
Answer = TypeVar("Answer")


class Slip(NamedTuple):
    """A mistake made with one layer: the answer that it leads to, and a message for the student."""

    name: str
    message: str
    answer: Any
    is_rare: bool = False


@dataclass(frozen=True)
class Mistake(Generic[Run, Answer]):
    """A wrong way to count or to compute, if it `applies`: nobody forgets padding that does not exist.

    A mistake that is a walk has a `way`: it makes the mistaken walk of the right one, and the answer is what
    this walk leads to. So a figure of the mistake shows exactly the answer.
    """

    name: str
    message: str  # {noun} is kernel or window
    answer: Callable[[Run], Answer]
    applies: Callable[[Run], bool] = lambda run: True  # noqa: ARG005 most apply always
    is_rare: bool = False  # too rare for draws of students' numbers to avoid it
    way: Callable[[Run], Run] | None = None

    @classmethod
    def of_way(
        cls,
        name: str,
        message: str,
        way: Callable[[Run], Run],
        *,
        follow: Callable[[Run], Answer],
        applies: Callable[[Run], bool],
        is_rare: bool = False,
    ) -> Self:
        """Make a mistake that is a walk; `follow` computes what a walk leads to."""
        return cls(name, message, lambda run: follow(way(run)), applies, is_rare, way)

    def made(self, run: Run, **words: str) -> Slip:
        """Make the mistake with one layer; `words` fill in its message."""
        return Slip(self.name, self.message.format(**words), self.answer(run), self.is_rare)


def telling(slips: Iterable[Slip], right: Any, form: Callable[[Any], str] = repr) -> Iterator[Slip]:
    """Yield the slips to look for: all but the rare ones that are right or look like another slip.

    A rare slip that looks like an author's misconception stays, so that the student reads both. Answers are
    equal if they have the same `form`.
    """
    slips = list(slips)
    seen = {form(right), *(form(slip.answer) for slip in slips if not slip.is_rare)}
    for slip in slips:
        if not slip.is_rare or form(slip.answer) not in seen:
            seen.add(form(slip.answer))
            yield slip
