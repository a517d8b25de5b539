"""Small text pictures of a kernel on an image. They show the first two positions, never all."""

from __future__ import annotations

from collections.abc import Sequence

from grader.walks.axis import Axis
from grader.walks.walk import Walk

MAX_SIDE = 16
_DRAWN = ("convolution", "pooling")


def drawn(walk: Walk | None) -> str | None:
    """Draw a walk with its legend; return None if it cannot be drawn."""
    if walk is None or walk.family not in _DRAWN:
        return None
    picture = draw_walk(walk.axes)
    return picture and f"{picture}\n{legend(walk)}"


def draw_walk(axes: Sequence[Axis]) -> str | None:
    """Draw the kernel at its first position and one move further along the last axis, side by side.

    Return None if the image is too large to draw or has three dimensions, or if the kernel does not fit.

    >>> print(draw_walk([Axis(4, 2, 2), Axis(4, 2, 2)]))
    first position   next position
    # # . .          . . # #
    # # . .          . . # #
    . . . .          . . . .
    . . . .          . . . .
    """
    if len(axes) not in {1, 2} or any(a.padded > MAX_SIDE or a.span > a.padded for a in axes):
        return None
    rows = axes[0] if len(axes) == 2 else Axis(1, 1)
    columns = axes[-1]
    places = [0]
    titles = ["first position"]
    if columns.stride + columns.span <= columns.padded:
        places.append(1)
        titles.append("next position")
    blocks = [_block(rows, columns, place) for place in places]
    width = max(len("first position"), 2 * columns.padded - 1) + 3
    lines = ["".join(title.ljust(width) for title in titles)]
    lines += ["".join(part.ljust(width) for part in parts) for parts in zip(*blocks, strict=True)]
    return "\n".join(line.rstrip() for line in lines)


def _block(rows: Axis, columns: Axis, place: int) -> list[str]:
    line = {
        sort: " ".join(_cell(columns, column, place, *sort) for column in range(columns.padded))
        for sort in {(rows.covers(row, 0), rows.is_image(row)) for row in range(rows.padded)}
    }  # most rows are the same
    return [line[rows.covers(row, 0), rows.is_image(row)] for row in range(rows.padded)]


def _cell(columns: Axis, column: int, place: int, covered: bool, is_image: bool) -> str:
    if covered and columns.covers(column, place):
        return "#"
    return "." if is_image and columns.is_image(column) else "0"


def legend(walk: Walk) -> str:
    """Explain the signs of `draw_walk`.

    >>> legend(Walk("pooling", (1, 1, 4), 1, (Axis(4, 2),)))
    '# window   . image'
    """
    around = any(any(axis.sides) for axis in walk.axes)
    return f"# {walk.noun}   . image" + ("   0 padding" if around else "")
