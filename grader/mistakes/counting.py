"""The usual mistakes in a size: in counting the places of a walk, and in writing down what was counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from grader.mistakes.mistake import Mistake, Slip
from grader.walks.axis import Axes, Axis
from grader.walks.walk import Walk

UNROUNDED = "unrounded-quotient"
# What padding does, by what moves over the image.
_AROUND = {
    "kernel": "zeros are put around the image before the kernel starts.",
    "window": "it lets the window start outside the image.",
}


def _always(_: Axes) -> bool:
    return True


def _miscount(
    name: str,
    message: str,
    count: Callable[[Axis], float],
    applies: Callable[[Axes], bool] = _always,
    *,
    is_rare: bool = False,
) -> Mistake[Axes, list[float]]:
    """Make a mistake of a wrong way to count along each axis."""
    return Mistake(name, message, lambda axes: list(map(count, axes)), applies, is_rare)


def _unrounded(count: Callable[[Axis], float]) -> Mistake[Axes, list[float]]:
    """Make a mistake of a formula that leads to a number which is not whole."""

    def written(axis: Axis) -> float:
        number = count(axis)
        return int(number) if number == int(number) else number

    return _miscount(
        UNROUNDED,
        "You did not round the quotient. What is left over is not enough for one more step, so the {noun} "
        "does not make it.",
        written,
        lambda axes: _rounds_down(axes) and any(written(axis) != int(written(axis)) for axis in axes),
        is_rare=True,
    )


def _padded(axes: Axes) -> bool:
    return any(sum(axis.sides) > 0 for axis in axes)


def _strided(axes: Axes) -> bool:
    return any(axis.stride > 1 for axis in axes)


def _dilated(axes: Axes) -> bool:
    return any(axis.dilation > 1 for axis in axes)


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


def _unstrided(axes: Axes) -> bool:
    return not _strided(axes) and not _dilated(axes) and _changes_size(axes)


def _several(axes: Axes) -> bool:
    return len({axis.places for axis in axes}) > 1 and _changes_size(axes)


def _turned(axes: Axes) -> Axes:
    """The same with the settings of the other side, as if tuples began with the width."""
    return tuple(replace(other, size=own.size) for own, other in zip(axes, reversed(axes), strict=True))


def _padded_at_the_end(axes: Axes) -> bool:
    return any(axis.output_padding > 0 for axis in axes)


_WALKED: tuple[Mistake[Axes, list[float]], ...] = (
    _miscount(
        "forgot-plus-one",
        "You counted how often the {noun} moves. It also lands where it starts, before the first move.",
        lambda a: a.moves(a.room),
    ),
    _miscount(
        "ignored-padding",
        "The padding is missing: {around}",
        lambda a: a.unpadded.places,
        _padded,
    ),
    _miscount(
        "padded-once",
        "Only half of the padding was counted. All of it is put on both sides of the image.",
        lambda a: a.moves(a.room - a.padding) + 1,
        _padded_by_number,
    ),
    _miscount(
        "rounded-up",
        "You rounded up, or to the nearest. A {noun} that would hang over the edge does not land.",
        lambda a: -(-a.room // a.stride) + 1,
        _rounds_down,
    ),
    _miscount(
        "ignored-ceil-mode",
        "With `ceil_mode=True` a last window that hangs over the edge counts, too.",
        lambda a: replace(a, ceil_mode=False).places,
        _rounds_up,
    ),
    _miscount(
        "ignored-stride",
        "The stride is missing: the {noun} moves more than one cell at a time.",
        lambda a: a.room + 1,
        _strided,
    ),
    _miscount(
        "divided-image-by-stride",
        "You divided the size of the image by the stride. The {noun}'s own width takes room, too.",
        lambda a: a.moves(a.padded),
        _strided,
    ),
    _miscount(
        "swapped-stride-and-padding",
        "Stride and padding have changed places.",
        lambda a: replace(a, stride=a.padding, padding=a.stride).places,
        _padded_everywhere,
    ),
    _miscount(
        "ignored-dilation",
        "The dilation is missing: it spreads the {noun}'s cells apart, so the {noun} reaches further.",
        lambda a: replace(a, dilation=1).places,
        _dilated,
    ),
    _miscount(
        "counted-span-wrongly",
        "A dilated {noun} is not dilation times as wide: only the gaps between its cells grow.",
        lambda a: a.moves(a.padded - a.dilation * a.kernel) + 1,
        _dilated,
    ),
    _miscount(
        "answered-padded-size",
        "This is the size of the padded image, before the {noun} has run over it.",
        lambda a: a.padded,
        _padded,
    ),
    _miscount(
        "answered-input-size",
        "This is the size of the image that goes in, not of what comes out.",
        lambda a: a.size,
        _changes_size,
    ),
    _unrounded(lambda a: a.room / a.stride + 1),
    _unrounded(lambda a: (a.room + 1) / a.stride),
    _unrounded(lambda a: a.room / a.stride),
    _miscount(
        "added-one-too-early",
        "You added the 1 before you divided. Divide first: that gives the steps. Then count the place where "
        "the {noun} starts.",
        lambda a: (a.room + 1) // a.stride,
        _rounds_down,
        is_rare=True,
    ),
    _miscount(
        "let-kernel-hang-over",
        "You let the {noun} hang over the edges. It stays on the image, so the output is not larger.",
        lambda a: a.padded + a.span - 1,
        _unstrided,
        is_rare=True,
    ),
    _miscount(
        "laid-side-by-side",
        "This is how many {noun}s fit beside each other. A {noun} moves by one cell, so its places overlap.",
        lambda a: a.padded // a.kernel,
        _unstrided,
        is_rare=True,
    ),
    _miscount(
        "took-padding-off",
        "You took the padding off. It makes the image larger before the {noun} starts.",
        lambda a: a.moves(a.room - 4 * a.padding) + 1,
        _padded_by_number,
        is_rare=True,
    ),
    _miscount(
        "dilation-as-stride",
        "You used the dilation as a stride. It spreads the {noun}'s cells apart, and the {noun} still moves "
        "as before.",
        lambda a: replace(a, dilation=1, stride=a.stride * a.dilation).places,
        _dilated,
        is_rare=True,
    ),
    _miscount(
        "answered-kernel-size",
        "This is the size of the {noun}, not of what comes out.",
        lambda a: a.kernel,
        _changes_size,
        is_rare=True,
    ),
    Mistake(
        "read-width-first",
        "You read the tuples width first. The first number is for the height, the second for the width.",
        lambda axes: [axis.places for axis in _turned(axes)],
        _changes_size,
        is_rare=True,
    ),
    Mistake(
        "one-side-for-both",
        "You took the height for both sides. Height and width each follow the rule by themselves.",
        lambda axes: [axes[0].places] * len(axes),
        _several,
        is_rare=True,
    ),
    Mistake(
        "one-side-for-both",
        "You took the width for both sides. Height and width each follow the rule by themselves.",
        lambda axes: [axes[-1].places] * len(axes),
        _several,
        is_rare=True,
    ),
)


_LAID: tuple[Mistake[Axes, list[float]], ...] = (
    _miscount(
        "used-the-formula-of-a-convolution",
        "This is the size after a convolution. A transposed one goes the other way: it lays a whole kernel "
        "down for each number that goes in.",
        lambda s: (s.size + 2 * s.padding - s.span) // s.stride + 1,
    ),
    _miscount(
        "counted-numbers-not-gaps",
        "Between the first kernel and the last there are as many strides as gaps, one less than numbers.",
        lambda s: s.reach + s.stride,
    ),
    _miscount(
        "forgot-last-kernel",
        "You counted where the last kernel begins. It is laid down as a whole.",
        lambda s: s.reach - s.span,
    ),
    _miscount(
        "multiplied-by-stride",
        "You multiplied the size by the stride. The kernels' own width counts, too.",
        lambda s: s.size * s.stride,
        _strided,
    ),
    _miscount(
        "ignored-padding",
        "The padding is missing. In a transposed convolution it takes cells off the output, on both sides.",
        lambda s: replace(s, padding=0).reach,
        _padded,
    ),
    _miscount(
        "added-padding",
        "You added the padding. A transposed convolution undoes what padding did, so it is taken off.",
        lambda s: replace(s, padding=-s.padding).reach,
        _padded,
    ),
    _miscount(
        "padded-once",
        "Only half of the padding was taken off. All of it is taken off on both sides.",
        lambda s: s.reach + s.padding,
        _padded,
    ),
    _miscount(
        "ignored-stride",
        "The stride is missing: it says how far the kernels lie apart.",
        lambda s: replace(s, stride=1).reach,
        _strided,
    ),
    _miscount(
        "ignored-output-padding",
        "The `output_padding` is missing: it adds cells on one side of the output.",
        lambda s: replace(s, output_padding=0).reach,
        _padded_at_the_end,
    ),
    _miscount(
        "ignored-dilation",
        "The dilation is missing: it spreads the kernel's cells apart, so the kernel reaches further.",
        lambda s: replace(s, dilation=1).reach,
        _dilated,
    ),
    _miscount(
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
_USUAL = {"convolution": _WALKED, "pooling": _WALKED, "transposed convolution": _LAID}
SIZE_MISTAKES = tuple(
    dict.fromkeys(
        [
            *(mistake.name for mistakes in _USUAL.values() for mistake in mistakes),
            *(SWAPPED_SIDES, COUNTED_ELEMENTS, FULL_SHAPE, NO_BATCH, SAME_CHANNELS),
        ]
    )
)


def size_mistakes(walk: Walk | None) -> Iterator[Slip]:
    """Yield the usual mistakes in counting the places of a walk, each with the size that it leads to.

    Some may lead to the right size: variants are drawn so that none does.
    """
    for mistake in _USUAL.get(walk.family, ()) if walk else ():
        if walk and mistake.applies(walk.axes) and not _is_always_right(mistake, walk.axes):
            yield mistake.made(walk.axes, noun=walk.noun, around=_AROUND[walk.noun])


def _is_always_right(mistake: Mistake[Axes, list[float]], axes: Axes) -> bool:
    """Whether it is no mistake with these settings: `ConvTranspose2d(1, 1, 2, stride=2)` doubles any size."""
    if not axes[0].transposed:
        return False
    sizes = tuple(replace(one, size=one.size + more) for one in axes for more in range(2 * one.stride))
    return mistake.answer(sizes) == [one.reach for one in sizes]


def _swapped(before: Sequence[int], sizes: Sequence[int]) -> Iterator[Slip]:
    """The image's sides the wrong way round, where that makes a difference."""
    if len(set(sizes)) > 1:
        message = "Height and width have changed places: the height comes first."
        yield Slip(SWAPPED_SIDES, message, [*before, *sizes[::-1]])


def form_mistakes(sizes: Sequence[int], shape: Sequence[int]) -> Iterator[Slip]:
    """Yield the usual mistakes in writing down a size that was found, where the whole shape is `shape`."""
    yield from _swapped((), sizes)
    if len(sizes) > 1:
        message = "This is how many values come out. What is asked is how high and wide they lie."
        yield Slip(COUNTED_ELEMENTS, message, [math.prod(sizes)] * len(sizes))
    message = "This is the whole shape. Leave out batch and channels."
    yield Slip(FULL_SHAPE, message, list(shape))


def shape_mistakes(given: Sequence[int], shape: Sequence[int], sides: Iterable[Slip]) -> Iterator[Slip]:
    """Yield the usual mistakes in a whole shape (N, C, ...), where `given` goes in."""
    batch_and_channels, sizes = shape[:2], shape[2:]
    for slip in sides:
        if slip.name != "answered-input-size":  # who copies a shape sees to the channels as well
            yield slip._replace(answer=[*batch_and_channels, *slip.answer])
    yield from _swapped(batch_and_channels, sizes)
    if given[1] != shape[1]:
        message = "These are the channels that go in. How many come out is the layer's to say."
        yield Slip(SAME_CHANNELS, message, [shape[0], given[1], *sizes])
    message = "These are the sides of the image only. The whole shape begins with the batch and the channels."
    yield Slip(NO_BATCH, message, list(sizes))
