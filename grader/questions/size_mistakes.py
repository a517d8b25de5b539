"""The usual mistakes in a size: in counting where kernels land, and in writing down what was counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.questions.geometry import Spread, moves, places, room
from grader.questions.picture import Axis
from grader.questions.question import Wrong

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


def _padded_by_number(axes: Axes) -> bool:
    return _padded(axes) and _changes_size(axes)


def _padded_everywhere(axes: Axes) -> bool:
    return all(axis.padding > 0 for axis in axes) and _changes_size(axes)  # a stride of 0 is none


def _strided(axes: Axes) -> bool:
    return any(axis.stride > 1 for axis in axes)


def _rounds_down(axes: Axes) -> bool:
    return _strided(axes) and not any(axis.ceil_mode for axis in axes)


def _rounds_up(axes: Axes) -> bool:
    return _strided(axes) and any(axis.ceil_mode for axis in axes)


def _changes_size(axes: Axes) -> bool:
    return not any(axis.keeps_size for axis in axes)  # with padding="same" it is right


def _dilated(axes: Axes) -> bool:
    return any(axis.dilation > 1 for axis in axes)


MISTAKES = (
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


@dataclass(frozen=True)
class TransposedMistake:
    """A wrong way to count what a transposed convolution reaches, where it `applies` to some dimension."""

    name: str
    message: str
    count: Callable[[Spread], int]
    applies: Callable[[Spread], bool] = lambda spread: True  # noqa: ARG005


TRANSPOSED = (
    TransposedMistake(
        "used-the-formula-of-a-convolution",
        "This is the size after a convolution. A transposed one goes the other way: it lays a whole kernel "
        "down for each number that goes in.",
        lambda s: (s.size + 2 * s.padding - s.span) // s.stride + 1,
    ),
    TransposedMistake(
        "counted-numbers-not-gaps",
        "Between the first kernel and the last there are as many strides as gaps, one less than numbers.",
        lambda s: s.reach + s.stride,
    ),
    TransposedMistake(
        "forgot-last-kernel",
        "You counted where the last kernel begins. It is laid down as a whole.",
        lambda s: s.reach - s.span,
    ),
    TransposedMistake(
        "multiplied-by-stride",
        "You multiplied the size by the stride. The kernels' own width counts, too.",
        lambda s: s.size * s.stride,
        lambda s: s.stride > 1,
    ),
    TransposedMistake(
        "ignored-padding",
        "The padding is missing. In a transposed convolution it takes cells off the output, on both sides.",
        lambda s: replace(s, padding=0).reach,
        lambda s: s.padding > 0,
    ),
    TransposedMistake(
        "added-padding",
        "You added the padding. A transposed convolution undoes what padding did, so it is taken off.",
        lambda s: replace(s, padding=-s.padding).reach,
        lambda s: s.padding > 0,
    ),
    TransposedMistake(
        "padded-once",
        "Only half of the padding was taken off. All of it is taken off on both sides.",
        lambda s: s.reach + s.padding,
        lambda s: s.padding > 0,
    ),
    TransposedMistake(
        "ignored-stride",
        "The stride is missing: it says how far the kernels lie apart.",
        lambda s: replace(s, stride=1).reach,
        lambda s: s.stride > 1,
    ),
    TransposedMistake(
        "ignored-output-padding",
        "The `output_padding` is missing: it adds cells on one side of the output.",
        lambda s: replace(s, output_padding=0).reach,
        lambda s: s.output_padding > 0,
    ),
    TransposedMistake(
        "ignored-dilation",
        "The dilation is missing: it spreads the kernel's cells apart, so the kernel reaches further.",
        lambda s: replace(s, dilation=1).reach,
        lambda s: s.dilation > 1,
    ),
    TransposedMistake(
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


def size_mistakes(axes: Sequence[Axis]) -> Iterator[Wrong]:
    """The usual mistakes in counting these places, each with the size that it leads to.

    Some may lead to the right size: variants are drawn so that none does.
    """
    for mistake in MISTAKES:
        if mistake.applies(axes):
            answer = [mistake.count(axis) for axis in axes]
            yield Wrong(name=mistake.name, answer=answer, message=mistake.message)


def _is_always_right(mistake: TransposedMistake, spread: Spread) -> bool:
    """Whether it is no mistake with these settings: with `kernel_size=2, stride=2` each size is doubled."""
    larger = [replace(spread, size=spread.size + more) for more in range(2 * spread.stride)]
    return all(mistake.count(one) == one.reach for one in larger)


def transposed_mistakes(spreads: Sequence[Spread]) -> Iterator[Wrong]:
    """The usual mistakes in counting what transposed kernels reach, each with the size that it leads to."""
    for mistake in TRANSPOSED:
        if any(map(mistake.applies, spreads)) and not all(_is_always_right(mistake, one) for one in spreads):
            yield Wrong(name=mistake.name, answer=list(map(mistake.count, spreads)), message=mistake.message)


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


def shape_mistakes(given: Sequence[int], shape: Sequence[int], sides: Iterable[Wrong]) -> Iterator[Wrong]:
    """The usual mistakes in a whole shape (N, C, ...), where `given` goes in: in its sides, and others."""
    batch_and_channels = list(shape[:2])
    for wrong in sides:
        if wrong.name != "answered-input-size":  # who copies a shape sees to the channels as well
            yield wrong.model_copy(update={"answer": [*batch_and_channels, *wrong.answer]})
    if len(set(shape[2:])) > 1:
        message = "Height and width have changed places: the height comes first."
        answer = [*batch_and_channels, *shape[:1:-1]]
        yield Wrong(name=SWAPPED_SIDES, answer=answer, message=message)
    if len(given) == len(shape) and given[1] != shape[1]:
        message = "These are the channels that go in. How many come out is the layer's to say."
        answer = [shape[0], given[1], *shape[2:]]
        yield Wrong(name=SAME_CHANNELS, answer=answer, message=message)
    message = "These are the sides of the image only. The whole shape begins with the batch and the channels."
    yield Wrong(name=NO_BATCH, answer=list(shape[2:]), message=message)
