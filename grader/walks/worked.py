"""A walk with its numbers: what a figure draws, and what a mistake changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypeAliasType

from grader.walks.walk import Walk

Numbers = TypeAliasType("Numbers", "float | tuple[Numbers, ...]")  # nested, of one shape


@dataclass(frozen=True)
class Worked:
    """A layer with an input. The numbers are None where only sizes are known.

    `image` has the shape `walk.input`. `weight` has the shape that torch gives the layer's weight; a pooling
    or a padding has none. `bias` has a number for each output channel.
    """

    walk: Walk
    image: Numbers | None = None
    weight: Numbers | None = None
    bias: tuple[float, ...] | None = None
    first: tuple[int, ...] = ()  # the cell of the kernel that holds its first weight, if it was moved
    how: str = ""  # what is done in this way, in a few words: "the kernel as it is written"

    @property
    def has_numbers(self) -> bool:
        """Whether the input's numbers are known."""
        return self.image is not None


@dataclass(frozen=True)
class Tracks:
    """The right way and the mistaken way through one layer."""

    true: Worked
    mistaken: Worked


def nested(values: Any) -> Numbers:
    """Turn nested lists of numbers into nested tuples.

    >>> nested([[1, 2], [3, 4]])
    ((1.0, 2.0), (3.0, 4.0))
    """
    return tuple(map(nested, values)) if isinstance(values, list | tuple) else float(values)


def number_at(numbers: Numbers, index: Sequence[int]) -> float:
    """Return the number at an index."""
    found: Any = numbers
    for one in index:
        found = found[one]
    return float(found)
