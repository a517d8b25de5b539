"""The usual mistakes in counting the parameters of a layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from grader.mistakes import wording
from grader.mistakes.mistake import Slip


class Weighted(NamedTuple):
    """The parameters of one layer: the shape of its weight, and the length of its bias (0: it has none)."""

    weight: tuple[int, ...]
    bias: int

    @property
    def total(self) -> int:
        """All parameters."""
        return math.prod(self.weight) + self.bias


Count = Callable[[Weighted], int]

_MISCOUNTS: tuple[tuple[str, str, Count], ...] = (
    ("forgot-biases", wording.FORGOT_BIASES, lambda one: math.prod(one.weight)),
    ("one-bias-for-all", wording.ONE_BIAS, lambda one: math.prod(one.weight) + min(1, one.bias)),
    ("bias-for-each-input", wording.BIAS_FOR_EACH_INPUT, lambda one: math.prod(one.weight) + _inputs(one)),
    ("ignored-kernel-size", wording.IGNORED_KERNEL_SIZE, lambda one: math.prod(one.weight[:2]) + one.bias),
    ("ignored-input-channels", wording.IGNORED_INPUTS, lambda one: _without(one.weight, 1) + one.bias),
    ("ignored-output-channels", wording.IGNORED_OUTPUTS, lambda one: _without(one.weight, 0) + one.bias),
    ("added-sizes", wording.ADDED_SIZES, lambda one: sum(one.weight) + one.bias),
    (
        "counted-no-bias",
        wording.COUNTED_NO_BIAS,
        lambda one: one.total + (one.weight[0] if len(one.weight) > 1 and not one.bias else 0),
    ),
)
LAST_ALONE = "counted-last-layer-alone"
PARAMETER_MISTAKES = (*(name for name, *_ in _MISCOUNTS), LAST_ALONE)


def parameter_slips(layers: Sequence[Weighted]) -> Iterator[Slip]:
    """Yield the usual wrong counts, each once; the first is the most usual."""
    seen = {sum(one.total for one in layers)}
    for name, message, count in _MISCOUNTS:
        total = sum(map(count, layers))
        if total not in seen:
            seen.add(total)
            yield Slip(name, message, [total])
    if len(layers) > 1 and layers[-1].total not in seen:
        yield Slip(LAST_ALONE, wording.LAST_ALONE, [layers[-1].total])


def _inputs(one: Weighted) -> int:
    """Return how many inputs (or channels) go into a layer with a bias; 0 if it has none."""
    return one.weight[1] if one.bias and len(one.weight) > 1 else one.bias


def _without(weight: Sequence[int], place: int) -> int:
    return math.prod(size for at, size in enumerate(weight) if at != place or len(weight) == 1)
