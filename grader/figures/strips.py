"""The axes of a layer whose numbers are not known: cells in a row, and counted positions."""

from __future__ import annotations

from collections.abc import Sequence

from grader.figures.figure import CannotDraw, CellRole, Square, Stop, Strip
from grader.figures.sheets import is_left_over
from grader.walks.axis import Axis
from grader.walks.walk import Walk

_SIDES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
MOST_CELLS = 14  # at each end of a strip
MOST_STOPS = 5  # positions that are drawn; of more, the first ones and the last


def strips_of(walk: Walk, dims: Sequence[int] | None = None) -> tuple[Strip, ...]:
    """Return a strip for each axis, or for some of them; axes that are alike share one."""
    if not walk.axes:
        raise CannotDraw(f"Nothing moves in a {walk.family} layer, so no positions can be counted.")
    names: dict[Axis, list[str]] = {}
    for dim, (axis, name) in enumerate(zip(walk.axes, _SIDES[len(walk.axes)], strict=True)):
        if dims is not None and dim not in dims:
            continue
        names.setdefault(axis, []).append(name)
    return tuple(strip_of(axis, " and ".join(words)) for axis, words in names.items())


def strip_of(axis: Axis, title: str) -> Strip:
    """Return the strip of one axis."""
    lowest, highest = _bounds(axis)
    stops = tuple(_stop(axis, place) for place in _drawn_places(axis))
    indices = _drawn_cells(range(lowest, highest))
    return Strip(
        title=title,
        cells=tuple(_square(axis, at) for at in indices),
        indices=indices,
        positions=stops,
        count=max(0, axis.output),
        what="cells of the output" if axis.transposed else "positions",
    )


def _bounds(axis: Axis) -> tuple[int, int]:
    """Return the first cell to draw, and the cell behind the last."""
    if axis.transposed:
        return min(0, -axis.padding), max(axis.reach, _end(axis, axis.size - 1))
    return min(0, -axis.padding), axis.size + max(0, axis.sides[1]) + axis.beyond


def _end(axis: Axis, place: int) -> int:
    """Return the cell behind the last one under the kernel at a position."""
    return place * axis.stride - axis.padding + axis.span


def _count(axis: Axis) -> int:
    """Count the positions; those of a transposed convolution are the cells of the image."""
    return axis.size if axis.transposed else max(0, axis.places)


def _drawn_places(axis: Axis) -> list[int]:
    count = _count(axis)
    return [*range(count)] if count <= MOST_STOPS else [*range(MOST_STOPS - 1), count - 1]


def _stop(axis: Axis, place: int) -> Stop:
    start = place * axis.stride - axis.padding
    cells = tuple(range(start, start + axis.span, axis.dilation))
    return Stop(place + 1, cells, is_last=place == _count(axis) - 1)


def _drawn_cells(everything: range) -> tuple[int, ...]:
    """Leave cells out in the middle of a long strip: keep its first and its last ones."""
    if len(everything) <= 2 * MOST_CELLS:
        return tuple(everything)
    return (*everything[:MOST_CELLS], *everything[-MOST_CELLS:])


def _square(axis: Axis, at: int) -> Square:
    if axis.transposed:
        role: CellRole = "image" if 0 <= at < axis.reach else "padding"
        return Square(role=role)
    outside: CellRole = "padding" if at < axis.size + axis.sides[1] else "beyond"
    return Square(role="image" if 0 <= at < axis.size else outside, is_left_over=is_left_over(axis, at))
