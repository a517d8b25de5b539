"""Layers with made-up numbers, of every kind that a figure shows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grader.figures.figure import Figure
from grader.figures.frames import figure_of, two_tracks
from grader.language.layers import parse_layer
from grader.walks.as_written import walk_of
from grader.walks.walk import Walk
from grader.walks.worked import Numbers, Tracks, Worked, nested

LAYERS: dict[str, tuple[str, tuple[int, ...]]] = {
    "convolution": ("Conv2d(1, 1, 3, stride=2, padding=1)", (1, 1, 5, 5)),
    "left over": ("Conv2d(1, 1, 2, stride=3, bias=False)", (1, 1, 6, 6)),
    "channels": ("Conv2d(3, 2, 2)", (1, 3, 3, 3)),
    "groups": ("Conv2d(4, 2, 2, groups=2)", (1, 4, 3, 3)),
    "dilation": ("Conv2d(1, 1, 2, dilation=3)", (1, 1, 6, 6)),
    "one dimension": ("Conv1d(1, 1, 3, padding=1)", (1, 1, 7)),
    "max": ("MaxPool2d(2)", (1, 1, 4, 4)),
    "mean": ("AvgPool2d(2, stride=2, ceil_mode=True)", (1, 1, 5, 5)),
    "transposed": ("ConvTranspose2d(1, 1, 3, stride=2, padding=1)", (1, 1, 3, 3)),
    "unfold": ("Unfold(kernel_size=2)", (1, 1, 4, 4)),
    "linear": ("Linear(4, 3)", (1, 4)),
    "relu": ("ReLU()", (1, 1, 3, 3)),
}
FIRST: dict[str, tuple[str, tuple[int, ...]]] = {  # too long to be shown whole
    "cropped": ("Conv2d(1, 1, 3)", (1, 1, 24, 24)),
    "wide kernel": ("Conv2d(1, 1, 5, padding=2)", (1, 1, 8, 8)),
    "many channels": ("Conv2d(8, 8, 3, padding=1)", (1, 8, 8, 8)),
}
SIZES: dict[str, tuple[str, tuple[int, ...]]] = {
    "sizes": ("Conv2d(1, 1, 5, stride=2)", (1, 1, 10, 10)),
    "two sizes": ("MaxPool2d((2, 3), padding=1)", (1, 1, 20, 31)),
}

IMAGE = [[1, 3, 3, 1], [0, 1, 1, 0], [0, 1, 1, 1], [3, 0, 3, 1]]
KERNEL = [[2, 1, 0], [0, -1, 1], [1, 0, -2]]


def walk_through(layer: str, shape: Sequence[int]) -> Walk:
    """Return the walk of a layer."""
    walk = walk_of(parse_layer(layer), {}, tuple(shape))
    assert walk is not None
    return walk


def worked(
    layer: str, shape: Sequence[int], how: str = "", *, seed: int = 0, between: tuple[int, int] = (-3, 4)
) -> Worked:
    """Return a layer with whole numbers."""
    walk = walk_through(layer, shape)
    draw = random.Random(seed)

    def drawn(sizes: Sequence[int]) -> Any:
        return [drawn(sizes[1:]) for _ in range(sizes[0])] if sizes else draw.randint(*between)

    weights = _weight_shape(walk)
    bias = tuple(float(draw.randint(1, 3)) for _ in range(walk.channels)) if walk.bias and weights else None
    weight = nested(drawn(weights)) if weights else None
    return Worked(walk, nested(drawn(shape)), weight, bias, how=how)


def _weight_shape(walk: Walk) -> tuple[int, ...]:
    kernel = tuple(axis.kernel for axis in walk.axes)
    match walk.family:
        case "convolution":
            return walk.channels, walk.input[1] // walk.groups, *kernel
        case "transposed convolution":
            return walk.input[1], walk.channels // walk.groups, *kernel
        case "linear":
            return walk.channels, walk.input[-1]
    return ()


def turned(numbers: Numbers) -> Numbers:
    """Return a kernel of one channel, turned by half a turn."""
    return tuple(map(turned, reversed(numbers))) if isinstance(numbers, tuple) else numbers


def turned_tracks() -> Tracks:
    """Return a kernel as it is written, and the same turned round."""
    true = worked("Conv2d(1, 1, 3, bias=False)", (1, 1, 4, 4), "the kernel as it is written", seed=3)
    assert true.weight is not None
    return Tracks(true, replace(true, weight=turned(true.weight), how="the kernel upside down"))


def flipped() -> Tracks:
    """The example of a kernel that was turned round."""
    layer = walk_through("Conv2d(1, 1, 3, bias=False)", (1, 1, 4, 4))
    true = Worked(layer, nested([[IMAGE]]), nested([[KERNEL]]), how="the kernel as it is written")
    upside_down = nested([[[row[::-1] for row in KERNEL[::-1]]]])
    return Tracks(true, replace(true, weight=upside_down, first=(2, 2), how="the kernel upside down"))


def padded_tracks() -> Tracks:
    """Return a convolution with its frame of zeros and without it."""
    true = worked("Conv2d(1, 1, 3, padding=1, stride=2)", (1, 1, 4, 4), "a frame of zeros", seed=3)
    other = worked("Conv2d(1, 1, 3, stride=2)", (1, 1, 4, 4), "without the frame", seed=3)
    return Tracks(true, other)


def sized_tracks() -> Tracks:
    """Return two ways of counting positions."""
    walks = [walk_through(f"Conv2d(1, 1, 5, stride=2{more})", (1, 1, 10, 10)) for more in ("", ", padding=1")]
    return Tracks(Worked(walks[0], how="as it is"), Worked(walks[1], how="with padding"))


def all_figures() -> dict[str, Figure]:
    """Return a figure of every kind."""
    figures = {name: figure_of(worked(*layer)) for name, layer in LAYERS.items()}
    figures |= {name: figure_of(worked(*layer), "first") for name, layer in FIRST.items()}
    for name, (layer, shape) in SIZES.items():
        walk = walk_through(layer, shape)
        figures |= {name: figure_of(Worked(walk)), f"{name} first": figure_of(Worked(walk), "first")}
    tracks = {"turned": turned_tracks(), "padded": padded_tracks(), "sized": sized_tracks()}
    return figures | {name: two_tracks(both, "On other numbers.") for name, both in tracks.items()}
