"""Draws that are the same on every machine and in every version of Python.

Each draw is the SHA-256 of the words that name it. Adding a parameter to an exercise therefore leaves the
others unchanged, and there is no generator state to carry around.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

# The version of the drawing, stored with each variant. Increase it when the same course gives different
# variants, because draws change or because variants must separate other mistakes. Variants that students
# already have are kept.
DRAWING = 3


@dataclass(frozen=True)
class Draws:
    """A source of draws under one name, such as (course seed, exercise, student)."""

    name: tuple[str, ...]

    def under(self, *words: object) -> Draws:
        """Return the source under a longer name."""
        return Draws((*self.name, *map(str, words)))

    def below(self, bound: int, *words: object) -> int:
        """Draw a whole number in [0, bound); the bias is below bound / 2**128."""
        text = "\x00".join((*self.name, *map(str, words)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]) % bound

    def shuffled(self, items: Sequence[T], *words: object) -> list[T]:
        """Return the items shuffled (Fisher and Yates, as in Knuth, volume 2, algorithm 3.4.2P)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1, *words, last)
            order[last], order[other] = order[other], order[last]
        return order
