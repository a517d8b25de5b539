"""Sheets as drawn marks: the cells of an image or an output, and the kernel or window on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from grader.figures.drawing.panel import BOTH, CELL, LEAST_CELL, NARROW, YOURS, Beat, Depth, Panel, Way
from grader.figures.drawing.shapes import (
    Cells,
    Rect,
    Stroke,
    Trace,
    Words,
    frame_of_cells,
    grid,
    written_width,
)
from grader.figures.figure import TIMES, Box, Sheet, Square, number_text

_CELL_WITH_WEIGHT = 40
_FIFTH = 5
_LABEL = 24  # pixels beside a cropped sheet for the numbers of its rows


class Role(NamedTuple):
    """What a sheet is in its figure."""

    way: Way
    is_output: bool = False

    @property
    def draws_weights(self) -> bool:
        """Whether weights are written into the cells; not where two kernels cover the same cells."""
        return self.way is not BOTH


@dataclass(frozen=True)
class _Measures:
    """The sizes of a sheet's cells, which are the same in all frames."""

    left: float
    top: float
    width: float
    height: float
    columns: int
    rows: int
    has_weights: bool

    @property
    def base(self) -> float:
        """The base line of a number in its cell; a weight needs room below it."""
        return 21 if self.has_weights else self.height / 2 + 5

    def corner(self, row: float, column: float) -> tuple[float, float]:
        """Return where a cell begins."""
        return self.left + column * self.width, self.top + row * self.height


def sheet_panel(sheets: Sequence[Sheet], heads: Sequence[Stroke], top: float, role: Role) -> Panel:
    """Return one sheet in all frames: its cells, and the kernel or window where it is."""
    sizes = _measures(sheets, top, role)
    frames = tuple((*heads, *_marks(sheet, sizes, role)) for sheet in sheets)
    titles = [written_width(mark.shape.text, 14) for mark in heads if isinstance(mark.shape, Words)]
    width = max(sizes.left + sizes.columns * sizes.width, *titles, 0)
    return Panel(width, sizes.top + sizes.rows * sizes.height, frames)


def _measures(sheets: Sequence[Sheet], top: float, role: Role) -> _Measures:
    rows, columns = max(len(sheet.rows) for sheet in sheets), max(len(sheet.columns) for sheet in sheets)
    cells = [cell for sheet in sheets for line in sheet.cells for cell in line]
    weights = [one.weight for one in cells if one.weight is not None] if role.draws_weights else []
    values = [one.value for one in cells if one.value is not None]
    is_labelled = any(sheet.is_cropped for sheet in sheets)
    left = _LABEL if is_labelled else 0
    usual = _CELL_WITH_WEIGHT if weights else CELL
    width = max(LEAST_CELL, min(usual, (NARROW - left) // columns))
    texts = [written_width(number_text(value), 15) + 6 for value in values]
    texts += [written_width(_weight_text(weight, role), 12) + 5 for weight in weights]
    width = max(width, *map(round, texts), 2 * LEAST_CELL) if texts else width
    height = _CELL_WITH_WEIGHT if weights else min(width, CELL)
    return _Measures(left, top + (16 if is_labelled else 0), width, height, columns, rows, bool(weights))


def _marks(sheet: Sheet, sizes: _Measures, role: Role) -> Iterator[Stroke]:
    yield from _ground(sheet, sizes)
    if sheet.is_cropped:
        yield from _labels(sheet, sizes)
    for row, line in enumerate(sheet.cells):
        for column, cell in enumerate(line):
            yield from _number(cell, sizes, sizes.corner(row, column), role)
    box = sheet.box or _around(sheet, lambda cell: cell.is_new if role.is_output else cell.lies)
    if box is not None:
        yield from _window(sheet, sizes, box, role)


def _ground(sheet: Sheet, sizes: _Measures) -> Iterator[Stroke]:
    """Yield the grid, the edge of the image, and what is left over."""
    x, y, w, h = sizes.left, sizes.top, sizes.width, sizes.height
    whole = Cells(0, 0, len(sheet.rows), len(sheet.columns))
    box = _around(sheet, lambda cell: cell.role == "image")
    image = Cells(box.row, box.column, box.height, box.width) if box else Cells(0, 0, 0, 0)
    if image != whole:
        yield Stroke(Trace(frame_of_cells(x, y, (w, h), whole, image), "pad"), Depth.LINES)
    if box is not None:
        left, top = sizes.corner(image.row, image.column)
        style = "ground" if image == whole else "fill"
        yield Stroke(Rect(left, top, image.columns * w, image.rows * h, style), Depth.AREAS)
        yield Stroke(Trace(grid(left, top, image.columns, image.rows, w, h), "grid"), Depth.LINES)
        yield Stroke(Rect(left, top, image.columns * w, image.rows * h, "edge"), Depth.LINES)
    for row, line in enumerate(sheet.cells):
        for column, width in spans(cell.is_left_over for cell in line):
            left, top = sizes.corner(row, column)
            yield Stroke(Rect(left, top, width * w, h, "hatch"), Depth.AREAS)


def spans(flags: Iterable[bool]) -> Iterator[tuple[int, int]]:
    """Yield the begin and the length of each run of true flags.

    >>> list(spans([False, True, True, False, True]))
    [(1, 2), (4, 1)]
    """
    begin = 0
    for flag, run in groupby(flags):
        length = len(list(run))
        if flag:
            yield begin, length
        begin += length


def _around(sheet: Sheet, is_wanted: Callable[[Square], bool]) -> Box | None:
    """Return the smallest box around the cells that are wanted."""
    found = [(r, c) for r, line in enumerate(sheet.cells) for c, cell in enumerate(line) if is_wanted(cell)]
    if not found:
        return None
    rows, columns = zip(*found, strict=True)
    return Box(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)


def _labels(sheet: Sheet, sizes: _Measures) -> Iterator[Stroke]:
    """Yield the true indices of the rows and columns of a cropped sheet; of small cells, every fifth."""
    is_small = sizes.width < 2 * LEAST_CELL
    for number, index in enumerate(sheet.columns):
        if not is_small or index % _FIFTH == 0:
            x, _ = sizes.corner(0, number + 0.5)
            yield Stroke(Words(x, sizes.top - 6, number_text(index), "s"), Depth.NUMBERS)
    for number, index in enumerate(() if sheet.is_flat else sheet.rows):
        if not is_small or index % _FIFTH == 0:
            _, y = sizes.corner(number, 0)
            yield Stroke(Words(sizes.left - 6, y + sizes.base, number_text(index), "s r"), Depth.NUMBERS)


def _number(cell: Square, sizes: _Measures, corner: tuple[float, float], role: Role) -> Iterator[Stroke]:
    """Yield the number in a cell; those of an output appear when they are computed."""
    if cell.value is None:
        return
    x, y = corner[0] + sizes.width / 2, corner[1] + sizes.base
    style = "z" if cell.role != "image" else "halo" if cell.is_left_over else ""
    if role.is_output:
        style = "b y" if cell.is_new and role.way is YOURS else "b"
    beat = Beat.OUTPUT if role.is_output else Beat.AT_ONCE
    yield Stroke(Words(x, y, number_text(cell.value), style), Depth.NUMBERS, beat)


def _weight_text(weight: float, role: Role) -> str:
    if not role.is_output:
        return f"{TIMES}{number_text(weight)}"
    return f"+{number_text(weight)}" if weight >= 0 else number_text(weight)


def _window(sheet: Sheet, sizes: _Measures, box: Box, role: Role) -> Iterator[Stroke]:
    """Yield the kernel: its wash under the numbers, its weights and its edge."""
    w, h, at = sizes.width, sizes.height, sizes.corner(box.row, box.column)
    under = [
        (row, column, cell)
        for row, line in enumerate(sheet.cells[box.row : box.row + box.height])
        for column, cell in enumerate(line[box.column : box.column + box.width])
        if cell.lies or (role.is_output and cell.is_new)
    ]
    if len(under) == box.height * box.width:
        yield Stroke(Rect(0, 0, box.width * w, box.height * h, role.way.wash), Depth.WASH, at=at)
    elif under:
        path = "".join(f"M{c * w:g} {r * h:g}h{w:g}v{h:g}h{-w:g}z" for r, c, _ in under)
        yield Stroke(Trace(path, role.way.wash), Depth.WASH, at=at)
    yield Stroke(Rect(0, 0, box.width * w, box.height * h, role.way.window), Depth.WINDOW, at=at)
    for row, column, cell in under if role.draws_weights else ():
        if cell.weight is not None:
            text = Words(
                (column + 0.5) * w, row * h + 35, _weight_text(cell.weight, role), f"wt {role.way.words}"
            )
            yield Stroke(text, Depth.WEIGHTS, Beat.PRODUCTS, at)
