"""Small pictures in text: how the kernel runs over the image. They show the first two places, never all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_SIDE = 16


@dataclass(frozen=True)
class Side:
    """One dimension of an image, and of the kernel that meets it; `padding` is that of each end."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """The cells from the kernel's first to its last, both included."""
        return self.dilation * (self.kernel - 1) + 1


@dataclass(frozen=True)
class Axis(Side):
    """One dimension of a kernel's walk."""

    ceil_mode: bool = False  # a last window may hang over the edge
    keeps_size: bool = False  # the padding is "same"

    @property
    def padded(self) -> int:
        """The size of the image with its padding."""
        return self.size + 2 * self.padding

    def covers(self, cell: int, place: int) -> bool:
        """Whether the kernel at its place number `place`, from 0, lies on this cell of the padded image."""
        offset = cell - place * self.stride
        return 0 <= offset < self.span and offset % self.dilation == 0

    def is_image(self, cell: int) -> bool:
        """Whether this cell of the padded image belongs to the image."""
        return self.padding <= cell < self.padding + self.size


def draw_walk(axes: Sequence[Axis]) -> str | None:
    """The kernel at its first place and one move further along the last axis, side by side.

    None where the image is too large to draw, has three dimensions, or the kernel does not fit.

    >>> print(draw_walk([Axis(4, 2, 2), Axis(4, 2, 2)]))
    first place   next place
    # # . .       . . # #
    # # . .       . . # #
    . . . .       . . . .
    . . . .       . . . .
    """
    if len(axes) not in {1, 2} or any(a.padded > MAX_SIDE or a.span > a.padded for a in axes):
        return None
    rows = axes[0] if len(axes) == 2 else Axis(1, 1)
    columns = axes[-1]
    places = [0]
    titles = ["first place"]
    if columns.stride + columns.span <= columns.padded:
        places.append(1)
        titles.append("next place")
    blocks = [_block(rows, columns, place) for place in places]
    width = max(len("first place"), 2 * columns.padded - 1) + 3
    lines = ["".join(title.ljust(width) for title in titles)]
    lines += ["".join(part.ljust(width) for part in parts) for parts in zip(*blocks, strict=True)]
    return "\n".join(line.rstrip() for line in lines)


def _block(rows: Axis, columns: Axis, place: int) -> list[str]:
    line = {
        sort: " ".join(_cell(columns, column, place, *sort) for column in range(columns.padded))
        for sort in {(rows.covers(row, 0), rows.is_image(row)) for row in range(rows.padded)}
    }  # most rows are alike
    return [line[rows.covers(row, 0), rows.is_image(row)] for row in range(rows.padded)]


def _cell(columns: Axis, column: int, place: int, covered: bool, is_image: bool) -> str:
    if covered and columns.covers(column, place):
        return "#"
    return "." if is_image and columns.is_image(column) else "0"


def legend(axes: Sequence[Axis]) -> str:
    """What the signs of `draw_walk` mean.

    >>> legend([Axis(4, 2)])
    '# kernel   . image'
    """
    return "# kernel   . image" + ("   0 padding" if any(axis.padding for axis in axes) else "")
