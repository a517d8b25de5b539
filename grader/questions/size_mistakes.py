"""The usual mistakes in a size: in counting where kernels land, and in writing down what was counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from grader.questions.geometry import Spread, moves, places, room
from grader.questions.picture import Axis, Side
from grader.questions.posed import Wrong

Axes = Sequence[Axis]
Sides = Sequence[Side]
S = TypeVar("S", bound=Side)


@dataclass(frozen=True)
class Mistake(Generic[S]):
    """A wrong way to count, where it `applies`: nobody forgets a padding that is not there."""

    name: str
    message: str
    count: Callable[[S], int]
    applies: Callable[[Sequence[S]], bool] = lambda sides: True  # noqa: ARG005 the common case looks at nothing


def _padded(sides: Sides) -> bool:
    return any(side.padding > 0 for side in sides)


def _strided(sides: Sides) -> bool:
    return any(side.stride > 1 for side in sides)


def _dilated(sides: Sides) -> bool:
    return any(side.dilation > 1 for side in sides)


def _padded_by_number(axes: Axes) -> bool:
    return _padded(axes) and _changes_size(axes)


def _padded_everywhere(axes: Axes) -> bool:
    return all(axis.padding > 0 for axis in axes) and _changes_size(axes)  # a stride of 0 is none


def _rounds_down(axes: Axes) -> bool:
    return _strided(axes) and not any(axis.ceil_mode for axis in axes)


def _rounds_up(axes: Axes) -> bool:
    return _strided(axes) and any(axis.ceil_mode for axis in axes)


def _changes_size(axes: Axes) -> bool:
    return not any(axis.keeps_size for axis in axes)  # with padding="same" it is right


def _padded_at_the_end(spreads: Sequence[Spread]) -> bool:
    return any(spread.output_padding > 0 for spread in spreads)


MISTAKES: tuple[Mistake[Axis], ...] = (
    Mistake(
        "forgot-plus-one",
        "You counted how often the kernel moves. It also lands where it starts, before the first move.",
        lambda a: moves(room(a), a),
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
        lambda a: moves(room(a) - a.padding, a) + 1,
        _padded_by_number,
    ),
    Mistake(
        "rounded-up",
        "You rounded up, or to the nearest. A kernel that would hang over the edge does not land.",
        lambda a: -(-room(a) // a.stride) + 1,
        _rounds_down,
    ),
    Mistake(
        "ignored-ceil-mode",
        "With `ceil_mode=True` a last window that hangs over the edge counts, too.",
        lambda a: places(replace(a, ceil_mode=False)),
        _rounds_up,
    ),
    Mistake(
        "ignored-stride",
        "The stride is missing: the kernel moves more than one cell at a time.",
        lambda a: room(a) + 1,
        _strided,
    ),
    Mistake(
        "divided-image-by-stride",
        "You divided the size of the image by the stride. The kernel's own width takes room, too.",
        lambda a: moves(a.padded, a),
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
        lambda a: moves(a.padded - a.dilation * a.kernel, a) + 1,
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
        _changes_size,
    ),
)


TRANSPOSED: tuple[Mistake[Spread], ...] = (
    Mistake(
        "used-the-formula-of-a-convolution",
        "This is the size after a convolution. A transposed one goes the other way: it lays a whole kernel "
        "down for each number that goes in.",
        lambda s: (s.size + 2 * s.padding - s.span) // s.stride + 1,
    ),
    Mistake(
        "counted-numbers-not-gaps",
        "Between the first kernel and the last there are as many strides as gaps, one less than numbers.",
        lambda s: s.reach + s.stride,
    ),
    Mistake(
        "forgot-last-kernel",
        "You counted where the last kernel begins. It is laid down as a whole.",
        lambda s: s.reach - s.span,
    ),
    Mistake(
        "multiplied-by-stride",
        "You multiplied the size by the stride. The kernels' own width counts, too.",
        lambda s: s.size * s.stride,
        _strided,
    ),
    Mistake(
        "ignored-padding",
        "The padding is missing. In a transposed convolution it takes cells off the output, on both sides.",
        lambda s: replace(s, padding=0).reach,
        _padded,
    ),
    Mistake(
        "added-padding",
        "You added the padding. A transposed convolution undoes what padding did, so it is taken off.",
        lambda s: replace(s, padding=-s.padding).reach,
        _padded,
    ),
    Mistake(
        "padded-once",
        "Only half of the padding was taken off. All of it is taken off on both sides.",
        lambda s: s.reach + s.padding,
        _padded,
    ),
    Mistake(
        "ignored-stride",
        "The stride is missing: it says how far the kernels lie apart.",
        lambda s: replace(s, stride=1).reach,
        _strided,
    ),
    Mistake(
        "ignored-output-padding",
        "The `output_padding` is missing: it adds cells on one side of the output.",
        lambda s: replace(s, output_padding=0).reach,
        _padded_at_the_end,
    ),
    Mistake(
        "ignored-dilation",
        "The dilation is missing: it spreads the kernel's cells apart, so the kernel reaches further.",
        lambda s: replace(s, dilation=1).reach,
        _dilated,
    ),
    Mistake(
        "answered-input-size",
        "This is the size of the image that goes in, not of what comes out.",
        lambda s: s.size,
    ),
)


SWAPPED_SIDES = "swapped-height-and-width"
COUNTED_ELEMENTS = "counted-elements"
FULL_SHAPE = "answered-full-shape"
NO_BATCH = "left-out-batch-and-channels"
SAME_CHANNELS = "kept-the-channels-that-go-in"
NAMES = tuple(
    dict.fromkeys(
        [
            *(mistake.name for mistake in MISTAKES),
            *(mistake.name for mistake in TRANSPOSED),
            *(SWAPPED_SIDES, COUNTED_ELEMENTS, FULL_SHAPE, NO_BATCH, SAME_CHANNELS),
        ]
    )
)


def size_mistakes(axes: Axes) -> Iterator[Wrong]:
    """The usual mistakes in counting these places, each with the size that it leads to.

    Some may lead to the right size: variants are drawn so that none does.
    """
    return _wrongs(MISTAKES, axes)


def transposed_mistakes(spreads: Sequence[Spread]) -> Iterator[Wrong]:
    """The usual mistakes in counting what transposed kernels reach, each with the size that it leads to."""
    return _wrongs((one for one in TRANSPOSED if not _is_always_right(one, spreads)), spreads)


def _is_always_right(mistake: Mistake[Spread], spreads: Sequence[Spread]) -> bool:
    """Whether it is no mistake with these settings: with `kernel_size=2, stride=2` each size is doubled."""
    sizes = [replace(one, size=one.size + more) for one in spreads for more in range(2 * one.stride)]
    return all(mistake.count(one) == one.reach for one in sizes)


def _wrongs(mistakes: Iterable[Mistake[S]], sides: Sequence[S]) -> Iterator[Wrong]:
    for mistake in mistakes if sides else ():
        if mistake.applies(sides):
            yield Wrong(name=mistake.name, answer=list(map(mistake.count, sides)), message=mistake.message)


def _swapped(before: Sequence[int], sizes: Sequence[int]) -> Iterator[Wrong]:
    """The image's sides the wrong way round, where that makes a difference."""
    if len(set(sizes)) > 1:
        message = "Height and width have changed places: the height comes first."
        yield Wrong(name=SWAPPED_SIDES, answer=[*before, *sizes[::-1]], message=message)


def form_mistakes(sizes: Sequence[int], shape: Sequence[int]) -> Iterator[Wrong]:
    """The usual mistakes in writing down a size that was found, where the whole shape is `shape`."""
    yield from _swapped((), sizes)
    if len(sizes) > 1:
        message = "This is how many values come out. What is asked is how high and wide they lie."
        yield Wrong(name=COUNTED_ELEMENTS, answer=[math.prod(sizes)] * len(sizes), message=message)
    message = "This is the whole shape. Leave out batch and channels."
    yield Wrong(name=FULL_SHAPE, answer=list(shape), message=message)


def shape_mistakes(given: Sequence[int], shape: Sequence[int], sides: Iterable[Wrong]) -> Iterator[Wrong]:
    """The usual mistakes in a whole shape (N, C, ...), where `given` goes in: in its sides, and others."""
    batch_and_channels, sizes = shape[:2], shape[2:]
    for wrong in sides:
        if wrong.name != "answered-input-size":  # who copies a shape sees to the channels as well
            yield wrong.model_copy(update={"answer": [*batch_and_channels, *wrong.answer]})
    yield from _swapped(batch_and_channels, sizes)
    if given[1] != shape[1]:
        message = "These are the channels that go in. How many come out is the layer's to say."
        answer = [shape[0], given[1], *sizes]
        yield Wrong(name=SAME_CHANNELS, answer=answer, message=message)
    message = "These are the sides of the image only. The whole shape begins with the batch and the channels."
    yield Wrong(name=NO_BATCH, answer=list(sizes), message=message)
