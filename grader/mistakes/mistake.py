"""A usual mistake: a named wrong way through a walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

Run = TypeVar("Run")
Answer = TypeVar("Answer")

# What is said of a kernel and of a window alike.
UNDILATED = "You laid the {noun} on neighbouring cells. The dilation spreads its cells apart."


class Slip(NamedTuple):
    """A mistake made with one layer: where it leads, and what to tell the student."""

    name: str
    message: str
    answer: Any


@dataclass(frozen=True)
class Mistake(Generic[Run, Answer]):
    """A wrong way to count or to compute, where it `applies`: nobody forgets a padding that is not there."""

    name: str
    message: str  # {noun} is what moves over the image: kernel or window
    answer: Callable[[Run], Answer]
    applies: Callable[[Run], bool] = lambda run: True  # noqa: ARG005 the common case looks at nothing

    def made(self, run: Run, **words: str) -> Slip:
        """Make the mistake with one layer; `words` are those of its family."""
        return Slip(self.name, self.message.format(**words), self.answer(run))
