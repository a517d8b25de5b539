"""The usual mistakes in the size of an output: in counting its positions, and in writing it down."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from grader.mistakes import wording
from grader.mistakes.mistake import Mistake, Slip
from grader.walks.axis import Axes, Axis, padded_at_one_end, shifted
from grader.walks.walk import NOUNS, FamilyName, Walk
from grader.walks.worked import Tracks, Worked

UNROUNDED = "unrounded-quotient"


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
    """Make a mistake from a wrong way to count along each axis."""
    return Mistake(name, message, lambda axes: list(map(count, axes)), applies, is_rare)


def _sizes(axes: Axes) -> list[float]:
    return [axis.output for axis in axes]


def _walk(
    name: str,
    message: str,
    way: Callable[[Axis], Axis],
    applies: Callable[[Axes], bool] = _always,
    *,
    is_rare: bool = False,
) -> Mistake[Axes, list[float]]:
    """Make a mistake from a wrong way to move along each axis."""
    return Mistake[Axes, list[float]].of_way(
        name,
        message,
        lambda axes: tuple(map(way, axes)),
        follow=_sizes,
        applies=applies,
        is_rare=is_rare,
    )


def _rounded_up(axis: Axis) -> Axis:
    """Let the last position hang over the edge, even where torch would leave it out."""
    over = replace(axis, ceil_mode=True)
    return over if over.beyond else replace(axis, uneven=axis.uneven + -axis.room % axis.stride)


def _unrounded(count: Callable[[Axis], float]) -> Mistake[Axes, list[float]]:
    """Make a mistake from a formula whose result is not a whole number."""

    def written(axis: Axis) -> float:
        number = count(axis)
        return int(number) if number == int(number) else number

    return _miscount(
        UNROUNDED,
        wording.SIZE_UNROUNDED_QUOTIENT,
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
    return all(axis.padding > 0 for axis in axes) and _changes_size(axes)  # a stride of 0 is not allowed


def _rounds_down(axes: Axes) -> bool:
    return _strided(axes) and not any(axis.ceil_mode for axis in axes)


def _rounds_up(axes: Axes) -> bool:
    return _strided(axes) and any(axis.ceil_mode for axis in axes)


def _changes_size(axes: Axes) -> bool:
    return not any(axis.keeps_size for axis in axes)  # with padding="same" the answer is right


def _unstrided(axes: Axes) -> bool:
    return not _strided(axes) and not _dilated(axes) and _changes_size(axes)


def _several(axes: Axes) -> bool:
    return len({axis.places for axis in axes}) > 1 and _changes_size(axes)


def _turned(axes: Axes) -> Axes:
    """Give each axis the settings of the other, as if tuples began with the width."""
    return tuple(replace(other, size=own.size) for own, other in zip(axes, reversed(axes), strict=True))


def _padded_at_the_end(axes: Axes) -> bool:
    return any(axis.output_padding > 0 for axis in axes)


def _tiles(axis: Axis) -> Axis:
    """Put kernels as long as the stride side by side."""
    return replace(axis, kernel=axis.stride, dilation=1, padding=0, output_padding=0)


_WALKED: tuple[Mistake[Axes, list[float]], ...] = (
    _walk(
        "forgot-plus-one",
        wording.SIZE_FORGOT_PLUS_ONE,
        lambda a: shifted(a, a.stride),
    ),
    _walk(
        "ignored-padding",
        wording.SIZE_IGNORED_PADDING,
        lambda a: a.unpadded,
        _padded,
    ),
    _walk(
        "padded-once",
        wording.SIZE_PADDED_ONCE,
        lambda a: padded_at_one_end(a, 0),
        _padded_by_number,
    ),
    _walk(
        "rounded-up",
        wording.SIZE_ROUNDED_UP,
        _rounded_up,
        _rounds_down,
    ),
    _walk(
        "ignored-ceil-mode",
        wording.SIZE_IGNORED_CEIL_MODE,
        lambda a: replace(a, ceil_mode=False),
        _rounds_up,
    ),
    _walk(
        "ignored-stride",
        wording.SIZE_IGNORED_STRIDE,
        lambda a: replace(a, stride=1),
        _strided,
    ),
    _walk(
        "divided-image-by-stride",
        wording.SIZE_DIVIDED_IMAGE_BY_STRIDE,
        lambda a: replace(a, kernel=a.stride, dilation=1),
        _strided,
    ),
    _walk(
        "swapped-stride-and-padding",
        wording.SIZE_SWAPPED_STRIDE_AND_PADDING,
        lambda a: replace(a, stride=a.padding, padding=a.stride),
        _padded_everywhere,
    ),
    _walk(
        "ignored-dilation",
        wording.SIZE_IGNORED_DILATION,
        lambda a: replace(a, dilation=1),
        _dilated,
    ),
    _walk(
        "counted-span-wrongly",
        wording.SIZE_COUNTED_SPAN_WRONGLY,
        lambda a: replace(a, kernel=a.dilation * a.kernel, dilation=1),
        _dilated,
    ),
    _miscount(
        "answered-padded-size",
        wording.SIZE_ANSWERED_PADDED_SIZE,
        lambda a: a.padded,
        _padded,
    ),
    _miscount(
        "answered-input-size",
        wording.SIZE_ANSWERED_INPUT_SIZE,
        lambda a: a.size,
        _changes_size,
    ),
    _unrounded(lambda a: a.room / a.stride + 1),
    _unrounded(lambda a: (a.room + 1) / a.stride),
    _unrounded(lambda a: a.room / a.stride),
    _miscount(
        "added-one-too-early",
        wording.SIZE_ADDED_ONE_TOO_EARLY,
        lambda a: (a.room + 1) // a.stride,
        _rounds_down,
        is_rare=True,
    ),
    _walk(
        "let-kernel-hang-over",
        wording.SIZE_LET_KERNEL_HANG_OVER,
        lambda a: replace(a, padding=a.padding + a.span - 1),
        _unstrided,
        is_rare=True,
    ),
    _walk(
        "laid-side-by-side",
        wording.SIZE_LAID_SIDE_BY_SIDE,
        lambda a: replace(a, stride=a.kernel),
        _unstrided,
        is_rare=True,
    ),
    _walk(
        "took-padding-off",
        wording.SIZE_TOOK_PADDING_OFF,
        lambda a: replace(a, padding=-a.padding),
        _padded_by_number,
        is_rare=True,
    ),
    _walk(
        "dilation-as-stride",
        wording.SIZE_DILATION_AS_STRIDE,
        lambda a: replace(a, dilation=1, stride=a.stride * a.dilation),
        _dilated,
        is_rare=True,
    ),
    Mistake[Axes, list[float]].of_way(
        "read-width-first",
        wording.SIZE_READ_WIDTH_FIRST,
        _turned,
        follow=_sizes,
        applies=_changes_size,
        is_rare=True,
    ),
    Mistake(
        "one-side-for-both",
        wording.SIZE_ONE_SIDE_FOR_BOTH,
        lambda axes: [axes[0].places] * len(axes),
        _several,
        is_rare=True,
    ),
    Mistake(
        "one-side-for-both",
        wording.SIZE_ONE_SIDE_FOR_BOTH_WIDTH,
        lambda axes: [axes[-1].places] * len(axes),
        _several,
        is_rare=True,
    ),
    _miscount(
        "answered-kernel-size",
        wording.SIZE_ANSWERED_KERNEL_SIZE,
        lambda a: a.kernel,
        _changes_size,
        is_rare=True,
    ),
)


_LAID: tuple[Mistake[Axes, list[float]], ...] = (
    _walk(
        "used-the-formula-of-a-convolution",
        wording.TRANSPOSED_SIZE_USED_THE_FORMULA_OF_A_CONVOLUTION,
        lambda s: replace(s, transposed=False),
    ),
    _walk(
        "counted-numbers-not-gaps",
        wording.TRANSPOSED_SIZE_COUNTED_NUMBERS_NOT_GAPS,
        lambda s: replace(s, output_padding=s.output_padding + s.stride),
    ),
    _walk(
        "forgot-last-kernel",
        wording.TRANSPOSED_SIZE_FORGOT_LAST_KERNEL,
        lambda s: replace(s, output_padding=s.output_padding - s.span),
    ),
    _walk(
        "multiplied-by-stride",
        wording.TRANSPOSED_SIZE_MULTIPLIED_BY_STRIDE,
        _tiles,
        _strided,
    ),
    _walk(
        "ignored-padding",
        wording.TRANSPOSED_SIZE_IGNORED_PADDING,
        lambda s: replace(s, padding=0),
        _padded,
    ),
    _walk(
        "added-padding",
        wording.TRANSPOSED_SIZE_ADDED_PADDING,
        lambda s: replace(s, padding=-s.padding),
        _padded,
    ),
    _walk(
        "padded-once",
        wording.TRANSPOSED_SIZE_PADDED_ONCE,
        lambda s: replace(s, output_padding=s.output_padding + s.padding),
        _padded,
    ),
    _walk(
        "ignored-stride",
        wording.TRANSPOSED_SIZE_IGNORED_STRIDE,
        lambda s: replace(s, stride=1),
        _strided,
    ),
    _walk(
        "ignored-output-padding",
        wording.TRANSPOSED_SIZE_IGNORED_OUTPUT_PADDING,
        lambda s: replace(s, output_padding=0),
        _padded_at_the_end,
    ),
    _walk(
        "ignored-dilation",
        wording.TRANSPOSED_SIZE_IGNORED_DILATION,
        lambda s: replace(s, dilation=1),
        _dilated,
    ),
    _miscount(
        "answered-input-size",
        wording.TRANSPOSED_SIZE_ANSWERED_INPUT_SIZE,
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


def size_mistakes(walk: Walk | None) -> tuple[Slip, ...]:
    """Return the usual mistakes in counting the positions of a walk, each with the size that it leads to.

    Some may lead to the right size; variants are drawn so that none does.
    """
    return _miscounted(walk.family, walk.axes) if walk and walk.family in _USUAL else ()


@lru_cache(maxsize=1 << 13)  # draws for a class come to the same few walks many times
def _miscounted(family: FamilyName, axes: Axes) -> tuple[Slip, ...]:
    noun = NOUNS[family]
    return tuple(
        mistake.made(axes, noun=noun, around=wording.AROUND[noun])
        for mistake in _USUAL[family]
        if mistake.applies(axes) and not _is_always_right(mistake, axes)
    )


def size_tracks(walk: Walk, name: str, sizes: Sequence[float]) -> Tracks | None:
    """Return the right way and the mistaken one to these sizes; None if the mistake is not a walk."""
    instead, how = wording.TWO_WAYS.get(name, ("", ""))
    for mistake in _USUAL.get(walk.family, ()):
        if mistake.name == name and mistake.way is not None and mistake.applies(walk.axes):
            axes = mistake.way(walk.axes)
            if _sizes(axes) == list(sizes) and min(sizes) >= 0:
                return Tracks(Worked(walk, how=instead), Worked(replace(walk, axes=axes), how=how))
    return None


def _is_always_right(mistake: Mistake[Axes, list[float]], axes: Axes) -> bool:
    """Return whether it is right for any size, as doubling is for `ConvTranspose2d(1, 1, 2, stride=2)`."""
    if not axes[0].transposed:
        return False
    sizes = tuple(replace(one, size=one.size + more) for one in axes for more in range(2 * one.stride))
    return mistake.answer(sizes) == [one.reach for one in sizes]


def _swapped(before: Sequence[int], sizes: Sequence[int]) -> Iterator[Slip]:
    """Yield the image's sides in the wrong order, if they differ."""
    if len(set(sizes)) > 1:
        yield Slip(SWAPPED_SIDES, wording.SWAPPED_SIDES, [*before, *sizes[::-1]])


def form_mistakes(sizes: Sequence[int], shape: Sequence[int]) -> Iterator[Slip]:
    """Yield the usual mistakes in writing down a size; the whole output has shape `shape`."""
    yield from _swapped((), sizes)
    if len(sizes) > 1:
        yield Slip(COUNTED_ELEMENTS, wording.COUNTED_ELEMENTS, [math.prod(sizes)] * len(sizes))
    yield Slip(FULL_SHAPE, wording.FULL_SHAPE, list(shape))


def shape_mistakes(given: Sequence[int], shape: Sequence[int], sides: Iterable[Slip]) -> Iterator[Slip]:
    """Yield the usual mistakes in a whole shape (N, C, ...) for an input of shape `given`."""
    batch_and_channels, sizes = shape[:2], shape[2:]
    for slip in sides:
        if slip.name != "answered-input-size":  # with the sides, students copy the channels
            yield slip._replace(answer=[*batch_and_channels, *slip.answer])
    yield from _swapped(batch_and_channels, sizes)
    if given[1] != shape[1]:
        yield Slip(SAME_CHANNELS, wording.SAME_CHANNELS, [shape[0], given[1], *sizes])
    yield Slip(NO_BATCH, wording.NO_BATCH, list(sizes))
