"""The steps of a walk: the inputs and weights that make each value of the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from grader.walks.axis import Axis, count_cells
from grader.walks.walk import Outside, Walk

Index = tuple[int, ...]


class Term(NamedTuple):
    """An input and its weight; None for a cell of the padding, or if there is no weight.

    `at` is where the weight is: the index of a cell of the image, or of its padding.
    """

    input: Index | None
    weight: Index | None = None
    at: Index = ()


class Step(NamedTuple):
    """One value of the output, its terms, and the bias that is added.

    `place` is the position of the kernel or window, if one moves over the image.
    """

    output: Index
    terms: tuple[Term, ...]
    bias: int | None = None
    place: Index = ()


_FROM_IMAGE: dict[Outside, Callable[[int, int], int]] = {
    "reflect": lambda at, size: size - 1 - abs(size - 1 - abs(at)),
    "replicate": lambda at, size: min(max(at, 0), size - 1),
    "circular": lambda at, size: at % size,
}


def steps_of(walk: Walk) -> Iterator[Step]:
    """Yield a step for each value of the output, in row-major order."""
    make = _MAKERS.get(walk.family, _window)
    for output in product(*map(range, walk.output)):
        channel = output[-1 if walk.family == "linear" else 1] if walk.bias else None
        yield Step(output, tuple(make(walk, output)), channel, _place(walk, output))


def _place(walk: Walk, output: Index) -> Index:
    """Return the position at which a value is made."""
    if walk.family == "unfold":
        return _unravelled(output[-1], [axis.places for axis in walk.axes])
    return output[2:] if walk.family in {"convolution", "pooling", "padding"} else ()


def _window(walk: Walk, output: Index) -> Iterator[Term]:
    """Yield the terms of a kernel or a window at one position, in all channels that it covers."""
    batch, channel, *place = output
    each = walk.input[1] // walk.groups if walk.family == "convolution" else 1
    first = channel // (walk.channels // walk.groups) * each if walk.family == "convolution" else channel
    for more in range(walk.depth or each):
        for cell in product(*(range(axis.kernel) for axis in walk.axes)):
            weight = (channel, more, *cell) if walk.family == "convolution" else None
            yield from _term(walk, (batch, first + more), place, cell, weight)


def _term(
    walk: Walk, before: Index, place: Sequence[int], cell: Index, weight: Index | None
) -> Iterator[Term]:
    """Yield the term of one cell of a kernel at one position, unless it does not count."""
    places = tuple(_lies(axis, *one) for axis, *one in zip(walk.axes, place, cell, strict=True))
    found = [_found(walk, axis, at) for axis, at in zip(walk.axes, places, strict=True)]
    inside = [at for at in found if at is not None]
    if len(inside) == len(found):
        yield Term((*before, *inside), weight, (*before, *places))
    elif walk.outside != "nothing" and all(map(_is_padded, walk.axes, places)):
        yield Term(None, weight, (*before, *places))


def _lies(axis: Axis, place: int, cell: int) -> int:
    return place * axis.stride + cell * axis.dilation - axis.padding


def _found(walk: Walk, axis: Axis, at: int) -> int | None:
    """Find the cell of the image that is read at `at`; None if it is not from the image."""
    if 0 <= at < axis.size:
        return at
    read = _FROM_IMAGE.get(walk.outside)
    return None if read is None else read(at, axis.size)


def source_of(walk: Walk, index: Index) -> Index | None:
    """Find the cell of the image that is read at an index (N, C, ...); None if it is not from the image."""
    found = [_found(walk, axis, at) for axis, at in zip(walk.axes, index[2:], strict=True)]
    inside = tuple(at for at in found if at is not None)
    return (*index[:2], *inside) if len(inside) == len(found) else None


def _is_padded(axis: Axis, at: int) -> bool:
    """Return whether a cell belongs to the image or its padding; the last window may hang over both."""
    return at < axis.size + axis.sides[1]


def _block(walk: Walk, output: Index) -> Iterator[Term]:
    """Yield the single cell that a value of an unfolded window comes from."""
    batch, row, _ = output
    channel, number = divmod(row, count_cells(walk.axes))
    cell = _unravelled(number, [axis.kernel for axis in walk.axes])
    place = _place(walk, output)
    yield from _term(walk, (batch, channel), place, cell, None)


def _unravelled(number: int, sizes: Sequence[int]) -> Index:
    """Return the index of a number in row-major order.

    >>> _unravelled(7, [2, 5])
    (1, 2)
    """
    found = []
    for size in reversed(sizes):
        number, at = divmod(number, size)
        found.append(at)
    return tuple(reversed(found))


def _stamps(walk: Walk, output: Index) -> Iterator[Term]:
    """Yield what all copies of a kernel add to one cell of the output, or what the last copy leaves there."""
    terms = tuple(_stamped(walk, output))
    last = max((term.at[2:] for term in terms), default=())
    yield from (term for term in terms if walk.combine != "last" or term.at[2:] == last)


def _stamped(walk: Walk, output: Index) -> Iterator[Term]:
    """Yield the terms that all copies of a kernel bring to one cell of the output."""
    batch, channel, *cells = output
    group, its = divmod(channel, walk.channels // walk.groups)
    each = walk.input[1] // walk.groups
    for one in range(group * each, (group + 1) * each):
        for cell in product(*(range(axis.kernel) for axis in walk.axes)):
            places = [_laid(axis, *it) for axis, *it in zip(walk.axes, cells, cell, strict=True)]
            inside = [place for place in places if place is not None]
            if len(inside) == len(places):
                yield Term((batch, one, *inside), (one, its, *cell), (batch, one, *inside))


def _laid(axis: Axis, at: int, cell: int) -> int | None:
    """Return the position at which a cell of the kernel is on a cell of the output; None if there is none."""
    place, rest = divmod(at + axis.padding - cell * axis.dilation, axis.stride)
    return place if rest == 0 and 0 <= place < axis.size else None


def _row(walk: Walk, output: Index) -> Iterator[Term]:
    """Yield all features, each with its weight."""
    for feature in range(walk.input[-1]):
        at = (*output[:-1], feature)
        yield Term(at, (output[-1], feature), at)


def _same(_: Walk, output: Index) -> Iterator[Term]:
    yield Term(output, None, output)


_MAKERS: dict[str, Callable[[Walk, Index], Iterator[Term]]] = {
    "transposed convolution": _stamps,
    "unfold": _block,
    "linear": _row,
    "elementwise": _same,
}
