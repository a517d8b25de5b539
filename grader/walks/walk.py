"""The walk of one layer: a few numbers that determine all its steps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from grader.walks.axis import Axes, count_cells

FamilyName = Literal[
    "convolution", "transposed convolution", "pooling", "padding", "unfold", "linear", "elementwise"
]
# "farthest", "min", "abs" and "last" (of several stamps) are mistakes only.
Combine = Literal["sum", "max", "mean", "norm", "relu", "copy", "min", "farthest", "abs", "last"]
Outside = Literal["constant", "reflect", "replicate", "circular", "nothing"]

# What moves over the image.
NOUNS: dict[FamilyName, str] = {
    "convolution": "kernel",
    "transposed convolution": "kernel",
    "pooling": "window",
    "unfold": "window",
}


@dataclass(frozen=True)
class Walk:
    """How a layer computes its output from an input of one shape."""

    family: FamilyName
    input: tuple[int, ...]  # the input shape: (N, C, ...)
    channels: int  # of the output
    axes: Axes = ()  # empty if nothing moves
    combine: Combine = "copy"  # how inputs are combined to one value of the output
    groups: int = 1
    bias: bool = False
    outside: Outside = "constant"  # what is around the image; "nothing" does not count
    fill: float = 0.0  # the constant
    divisor: int | None = None  # of a mean, instead of the number of its inputs
    power: float = 1.0  # of a norm
    depth: int | None = None  # how many channels of its group a kernel reads; None: all of them

    @property
    def noun(self) -> str:
        """What moves over the image: kernel or window; '' if nothing does."""
        return NOUNS.get(self.family, "")

    @property
    def output(self) -> tuple[int, ...]:
        """The output shape."""
        sizes = tuple(axis.output for axis in self.axes)
        if self.family == "elementwise":
            return self.input
        if self.family == "linear":
            return (*self.input[:-1], self.channels)
        if self.family == "unfold":
            return (self.input[0], self.input[1] * count_cells(self.axes), prod(sizes))
        return (self.input[0], self.channels, *sizes)
