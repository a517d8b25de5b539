"""How a layer walks over an image, and the usual mistakes in counting where it lands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.language.layers import Layer, arguments_of
from grader.questions.picture import Axis
from grader.questions.question import Wrong

_WALKERS = ("Conv", "MaxPool", "AvgPool", "LPPool")


def axes_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[Axis, ...] | None:
    """One axis for each dimension of the image (N, C, ...); None for a layer that has no walking kernel."""
    if not layer.name.startswith(_WALKERS) or layer.name.startswith("ConvTranspose"):
        return None
    given = arguments_of(layer, params)
    sizes = list(shape[2:])
    kernel = _per_axis(given.get("kernel_size"), len(sizes))
    default_stride = 1 if layer.name.startswith("Conv") else kernel
    stride = _per_axis(given.get("stride") or default_stride, len(sizes))
    padding = _per_axis(given.get("padding", 0), len(sizes))
    dilation = _per_axis(given.get("dilation", 1), len(sizes))
    if None in (kernel, stride, padding, dilation) or given.get("ceil_mode"):
        return None
    if min(*(kernel or ()), *(stride or ()), *(dilation or ())) < 1 or min(padding or (0,)) < 0:
        return None  # torch will refuse it
    return tuple(map(Axis, sizes, kernel or (), stride or (), padding or (), dilation or ()))


def _per_axis(value: Any, count: int) -> tuple[int, ...] | None:
    """A number for each axis, as torch reads one number or a tuple; None for 'same' and the like."""
    values = (value,) * count if isinstance(value, int) else value
    if (
        not isinstance(values, tuple | list)
        or len(values) != count
        or not all(isinstance(v, int) for v in values)
    ):
        return None
    return tuple(values)


def _room(axis: Axis) -> int:
    """How many cells the kernel can move before its far edge meets the end of the padded image."""
    return axis.padded - axis.span


def places(axis: Axis) -> int:
    """The size of the output along this axis, as in the documentation of torch.nn.Conv2d."""
    return _room(axis) // axis.stride + 1


Axes = Sequence[Axis]


@dataclass(frozen=True)
class Mistake:
    """A wrong way to count, where it `applies`: nobody forgets a padding that is not there."""

    name: str
    message: str
    count: Callable[[Axis], int]
    applies: Callable[[Axes], bool] = lambda axes: True  # noqa: ARG005 the common case looks at nothing


def _padded(axes: Axes) -> bool:
    return any(axis.padding > 0 for axis in axes)


def _padded_everywhere(axes: Axes) -> bool:
    return all(axis.padding > 0 for axis in axes)  # a stride of 0 is none


def _strided(axes: Axes) -> bool:
    return any(axis.stride > 1 for axis in axes)


def _dilated(axes: Axes) -> bool:
    return any(axis.dilation > 1 for axis in axes)


MISTAKES = (
    Mistake(
        "forgot-plus-one",
        "You counted how often the kernel moves. It also lands where it starts, before the first move.",
        lambda a: _room(a) // a.stride,
    ),
    Mistake(
        "ignored-padding",
        "The padding is missing: zeros are put around the image before the kernel starts.",
        lambda a: places(replace(a, padding=0)),
        _padded,
    ),
    Mistake(
        "padded-once",
        "Only half of the padding was counted. All of it is put on both sides of the image.",
        lambda a: (_room(a) - a.padding) // a.stride + 1,
        _padded,
    ),
    Mistake(
        "rounded-up",
        "You rounded up, or to the nearest. A kernel that would hang over the edge does not land.",
        lambda a: -(-_room(a) // a.stride) + 1,
        _strided,
    ),
    Mistake(
        "ignored-stride",
        "The stride is missing: the kernel moves more than one cell at a time.",
        lambda a: _room(a) + 1,
        _strided,
    ),
    Mistake(
        "divided-image-by-stride",
        "You divided the size of the image by the stride. The kernel's own width takes room, too.",
        lambda a: a.padded // a.stride,
        _strided,
    ),
    Mistake(
        "swapped-stride-and-padding",
        "Stride and padding have changed places.",
        lambda a: places(replace(a, stride=a.padding, padding=a.stride)),
        _padded_everywhere,
    ),
    Mistake(
        "ignored-dilation",
        "The dilation is missing: it spreads the kernel's cells apart, so the kernel reaches further.",
        lambda a: places(replace(a, dilation=1)),
        _dilated,
    ),
    Mistake(
        "counted-span-wrongly",
        "A dilated kernel is not dilation times as wide: only the gaps between its cells grow.",
        lambda a: (a.padded - a.dilation * a.kernel) // a.stride + 1,
        _dilated,
    ),
    Mistake(
        "answered-padded-size",
        "This is the size of the padded image, before the kernel has run over it.",
        lambda a: a.padded,
        _padded,
    ),
    Mistake(
        "answered-input-size",
        "This is the size of the image that goes in, not of what comes out.",
        lambda a: a.size,
    ),
)


SWAPPED_SIDES = "swapped-height-and-width"
COUNTED_ELEMENTS = "counted-elements"
FULL_SHAPE = "answered-full-shape"
NAMES = (*(mistake.name for mistake in MISTAKES), SWAPPED_SIDES, COUNTED_ELEMENTS, FULL_SHAPE)


def size_mistakes(axes: Sequence[Axis]) -> Iterator[Wrong]:
    """The usual mistakes in counting these places, each with the size that it leads to.

    Some may lead to the right size: variants are drawn so that none does.
    """
    for mistake in MISTAKES:
        if mistake.applies(axes):
            answer = [mistake.count(axis) for axis in axes]
            yield Wrong(name=mistake.name, answer=answer, message=mistake.message)


def form_mistakes(sizes: Sequence[int], shape: Sequence[int]) -> Iterator[Wrong]:
    """The usual mistakes in writing down a size that was found, where the whole shape is `shape`."""
    if len(set(sizes)) > 1:
        message = "Height and width have changed places: the height comes first."
        yield Wrong(name=SWAPPED_SIDES, answer=list(sizes[::-1]), message=message)
    if len(sizes) > 1:
        message = "This is how many values come out. What is asked is how high and wide they lie."
        yield Wrong(name=COUNTED_ELEMENTS, answer=[math.prod(sizes)] * len(sizes), message=message)
    message = "This is the whole shape. Leave out batch and channels."
    yield Wrong(name=FULL_SHAPE, answer=list(shape), message=message)
