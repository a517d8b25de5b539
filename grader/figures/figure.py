"""What a figure shows, as plain data. A renderer draws it without knowing any layer.

A `Figure` has one track, or two: torch's way and the mistaken way. All tracks have the same number of frames,
and frame `k` of both belongs to the same step. A `FigureFrame` holds everything that is to be seen at its
step, so a renderer can draw any frame alone:

- `sheets`: what is read, one grid of cells for each channel, already cropped, with true indices;
- `products`: what is computed, row by row of the kernel, in the order of the cells under it;
- `output`: the output so far, one grid for each channel. A cell that is not computed yet has no value;
- `strips`: for sizes only. One axis each, with the positions of the kernel, counted.

The same dataclasses serve every layer:

- A **convolution** or a **linear layer** computes one output value in each frame. Its `operation` is "sum".
- A **pooling** does too. Its products have no weight, and its operation is "max", "mean", "norm", ...
- A **transposed convolution** stamps the kernel on the output: one frame for each position. The cell of the
  image `lies` alone, the stamped cells of `output` lie under the kernel and carry the products in `weight`'s
  place (`is_new`). Its operation is "stamp", and it has no single result.
- An **unfold** copies one patch to one column of a matrix in each frame. Its operation is "copy".
- **Sizes only**: `figure_of(worked, "first")` draws sheets without values at the first and the next position.
  With "whole", and in two tracks, there are only strips, in one frame.

Numbers are floats; `number_text` writes them. Other texts may hold MINUS, TIMES and DOTS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grader.language.fault import LanguageError

MINUS, TIMES, DOTS = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "\N{HORIZONTAL ELLIPSIS}"
MAX_FRAMES = 24
MAX_SIDE = 8  # cells of a sheet with numbers in one direction; a larger one is cropped
MAX_BLANK_SIDE = 16  # the same without numbers: such cells can be drawn smaller
MAX_SHEETS = 8  # channels that are drawn at once

CellRole = Literal["image", "padding", "beyond"]
Show = Literal["first", "whole"]
Operation = Literal["sum", "max", "min", "mean", "norm", "farthest", "relu", "abs", "copy", "stamp"]


class CannotDraw(LanguageError):
    """A figure that cannot be drawn; the text is one sentence that says why."""


@dataclass(frozen=True)
class Square:
    """One cell of a sheet or a strip."""

    value: float | None = None  # None: not known, or not computed yet; draw an empty cell
    role: CellRole = "image"  # "beyond": a window hangs over the padded edge there; the cell counts nowhere
    lies: bool = False  # a cell of the kernel or window is on it in this frame (with dilation, not all are)
    weight: float | None = None  # the kernel's weight on it; of a stamped output cell: what is added
    is_first_weight: bool = False  # it carries the first weight as torch stores it: a ring marks it
    is_left_over: bool = False  # no position ever covers it: hatched
    is_new: bool = False  # this frame computed it


@dataclass(frozen=True)
class Box:
    """A rectangle of cells in a sheet, counted from the sheet's own first row and column."""

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Sheet:
    """A grid of cells: one channel of an image or of an output, or a matrix.

    Row and column labels are true indices, counted from 0 in the image without padding: padding before it has
    negative ones. `is_cropped` says that some rows or columns are not shown; compare the labels with `whole`.
    """

    title: str  # "image", "channel 1", "output", "first position"; '' if there is nothing to say
    cells: tuple[tuple[Square, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    whole: tuple[int, int] = (0, 0)  # rows and columns of the sheet with padding, before it was cropped
    box: Box | None = None  # where the kernel or window is in this frame, from its first cell to its last
    is_last: bool = False  # the kernel is at its last position in this row of positions
    is_flat: bool = False  # one row of an input without rows (Conv1d, Linear): row labels mean nothing

    @property
    def is_cropped(self) -> bool:
        """Whether some rows or columns are not shown."""
        return (len(self.rows), len(self.columns)) != self.whole


@dataclass(frozen=True)
class Product:
    """An input and its weight. Without a weight, the input alone counts."""

    value: float
    weight: float | None = None
    is_padding: bool = False
    is_first_weight: bool = False

    @property
    def result(self) -> float:
        """The product."""
        return self.value if self.weight is None else self.value * self.weight


@dataclass(frozen=True)
class Stop:
    """One position of a kernel along an axis."""

    number: int  # counted from 1
    cells: tuple[int, ...]  # under the kernel: true indices, as in `Strip.indices`
    is_last: bool = False


@dataclass(frozen=True)
class Strip:
    """One axis of a layer: its cells in a row, and where the kernel is.

    `positions` are the first ones and the last one; `count` says how many there are. Cells may be left out in
    the middle: `indices` then makes a jump. For a transposed convolution the cells are those of the output,
    and each position is a stamp. `what` says what is counted: "positions", or "cells of the output".
    """

    title: str  # "height", "width", "length", "depth"; "height and width" if both are alike
    cells: tuple[Square, ...]
    indices: tuple[int, ...]  # true indices of the cells; padding before the image has negative ones
    positions: tuple[Stop, ...]
    count: int  # the size of the output along this axis
    what: str = "positions"

    @property
    def left_over(self) -> tuple[int, ...]:
        """The indices of the cells that no position covers, because there is no room for one more."""
        pairs = zip(self.indices, self.cells, strict=True)
        return tuple(index for index, cell in pairs if cell.is_left_over)


@dataclass(frozen=True)
class FigureFrame:
    """One step of one track."""

    place: str  # what it computes: "output[0, 1]"; of a stamp "input[0, 1]"; '' for sizes
    sheets: tuple[Sheet, ...] = ()
    products: tuple[tuple[Product, ...], ...] = ()  # one tuple for each row of the kernel in each channel
    operation: Operation = "sum"
    divisor: float | None = None  # of a mean
    bias: float | None = None  # added at the end; None if there is no bias
    result: float | None = None  # None if it computes several values, or none
    output: tuple[Sheet, ...] = ()
    strips: tuple[Strip, ...] = ()
    text: str = ""  # what happens, in one sentence: place, sum, result
    is_missing: bool = False  # this track has no such output value; sheets and output are as before


@dataclass(frozen=True)
class Track:
    """One way through a layer."""

    name: str  # "torch" or "your way"; '' if there is only one
    how: str  # "the kernel as it is written"; '' if there is nothing to say
    frames: tuple[FigureFrame, ...]
    is_true: bool = True

    @property
    def last(self) -> FigureFrame:
        """The last frame that computes something."""
        return next((frame for frame in reversed(self.frames) if not frame.is_missing), self.frames[-1])


@dataclass(frozen=True)
class Figure:
    """A figure: its frames, what to say about it, and what it says to those who cannot see it."""

    title: str
    tracks: tuple[Track, ...]
    text: str  # the text alternative: what happens, in a few sentences
    note: str = ""  # below the figure, as in "The same slip on other numbers than yours."
    agreed: int = 0  # how many frames came before the first, in which both tracks agree
    shares_image: bool = False  # both tracks read the same cells at each step: draw the image once

    @property
    def count(self) -> int:
        """The number of frames."""
        return max(len(track.frames) for track in self.tracks)


def number_text(value: float, *, minus: str = MINUS) -> str:
    """Write a number in a short form; `minus` is its sign.

    >>> number_text(0.1 + 0.2), number_text(-0.0), number_text(-2, minus="-")
    ('0.3', '0', '-2')
    """
    return f"{value + 0.0:.4g}".replace("-", minus)
