"""What an SVG is drawn with: rectangles, lines, rings and words, as data. A template writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

_EMS = {" ": 0.28, **dict.fromkeys(".,:;'|!iIjlt[]()/f", 0.32), **dict.fromkeys("mwMW%", 0.88)}
_EM = 0.56  # of a figure, and of most letters


@dataclass(frozen=True)
class Rect:
    """A rectangle."""

    kind: ClassVar = "rect"
    x: float
    y: float
    width: float
    height: float
    style: str


@dataclass(frozen=True)
class Trace:
    """A line, in the language of SVG paths."""

    kind: ClassVar = "line"
    path: str
    style: str


@dataclass(frozen=True)
class Ring:
    """A ring round a number."""

    kind: ClassVar = "ring"
    x: float
    y: float
    style: str


@dataclass(frozen=True)
class Words:
    """A short text; `y` is its base line."""

    kind: ClassVar = "words"
    x: float
    y: float
    text: str
    style: str = ""


Drawable = Rect | Trace | Ring | Words


@dataclass(frozen=True)
class Stroke:
    """A shape in one frame. Higher layers hide lower ones; `beat` says when in a frame it appears.

    A shape with `at` is drawn around its own origin, and moves to this place.
    """

    shape: Drawable
    layer: int
    beat: int = 0
    at: tuple[float, float] | None = None


class Cells(NamedTuple):
    """A rectangle of cells in a grid."""

    row: int
    column: int
    rows: int
    columns: int


def written_width(text: str, size: float) -> float:
    """Estimate the width of a text in pixels; the estimate is too large rather than too small.

    >>> written_width("10", 10)
    11.2
    """
    return round(sum(_EMS.get(one, _EM) for one in text) * size, 1)


def grid(x: float, y: float, columns: int, rows: int, width: float, height: float) -> str:
    """Return the path of the lines of a grid.

    >>> grid(0, 0, 1, 1, 36, 36)
    'M0 0h36M0 36h36M0 0v36M36 0v36'
    """
    across = "".join(f"M{x:g} {y + row * height:g}h{columns * width:g}" for row in range(rows + 1))
    down = "".join(f"M{x + column * width:g} {y:g}v{rows * height:g}" for column in range(columns + 1))
    return across + down


def frame_of_cells(x: float, y: float, sizes: tuple[float, float], whole: Cells, image: Cells) -> str:
    """Return the path of a grid's lines outside the image that it surrounds.

    >>> frame_of_cells(0, 0, (10, 10), Cells(0, 0, 1, 2), Cells(0, 0, 1, 1))
    'M10 0h10M10 10h10M20 0v10'
    """
    width, height = sizes
    path = ""
    for row in range(whole.rows + 1):
        is_beside = image.row <= row <= image.row + image.rows
        for begin, end in (
            _outside(whole.columns, image.column, image.columns) if is_beside else [(0, whole.columns)]
        ):
            path += f"M{x + begin * width:g} {y + row * height:g}h{(end - begin) * width:g}"
    for column in range(whole.columns + 1):
        is_beside = image.column <= column <= image.column + image.columns
        for begin, end in _outside(whole.rows, image.row, image.rows) if is_beside else [(0, whole.rows)]:
            path += f"M{x + column * width:g} {y + begin * height:g}v{(end - begin) * height:g}"
    return path


def _outside(whole: int, begin: int, length: int) -> list[tuple[int, int]]:
    """Return the parts of a line before and after what lies on it."""
    return [(one, other) for one, other in ((0, begin), (begin + length, whole)) if other > one]
