"""Strips as drawn marks: one axis of a layer, the positions of the kernel below it, and their count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.figures.drawing.cells import spans
from grader.figures.drawing.panel import CELL, LEAST_CELL, LINE, NARROW, Depth, Panel, Way, line_of_text
from grader.figures.drawing.shapes import Rect, Stroke, Trace, Words, written_width
from grader.figures.figure import Stop, Strip, number_text

_BESIDE = 64  # pixels beside a strip for the numbers of positions
_BAR = 12  # pixels: the height of a position
_FIFTH = 5  # where there is no room for all, every fifth index is written


def strip_panel(strip: Strip, heads: Sequence[Stroke], top: float, way: Way) -> Panel:
    """Return one axis: its cells in a row, where the kernel is, and how many positions there are."""
    cell = max(LEAST_CELL, min(CELL, (NARROW - _BESIDE) // max(len(strip.cells), 1)))
    marks = [*heads, line_of_text(strip.title.capitalize(), top + 6, "s"), *_cells(strip, top + 14, cell)]
    y = top + cell + 38
    at = {index: number for number, index in enumerate(strip.indices)}
    for stop in strip.positions:
        marks += _stop(stop, at, y, cell, way)
        y += LINE
    y += 22
    marks.append(line_of_text(strip.what, y, "b"))
    count = Words(written_width(strip.what, 16) + 12, y, str(strip.count), f"l big {way.words}")
    marks.append(Stroke(count, Depth.NUMBERS))
    if strip.left_over:
        y += LINE + 2
        marks.append(line_of_text(_left_over_text(strip.left_over), y, "s"))
    width = max(len(strip.cells) * cell + _BESIDE, written_width(strip.what, 16) + 60)
    return Panel(width, y + 10, (tuple(marks),))


def _left_over_text(indices: Sequence[int]) -> str:
    """Say which cells are covered by no position.

    >>> _left_over_text([5]), _left_over_text([5, 6])
    ('left over: 5', 'left over: 5 to 6')
    """
    first, last = number_text(indices[0]), number_text(indices[-1])
    return f"left over: {first}" + (f" to {last}" if len(indices) > 1 else "")


def _cells(strip: Strip, y: float, cell: float) -> Iterator[Stroke]:
    """Yield the cells of a strip with the indices that fit below them."""
    last = len(strip.cells) - 1
    for number, (square, index) in enumerate(zip(strip.cells, strip.indices, strict=True)):
        x = number * cell
        yield Stroke(Rect(x, y, cell, cell, "hatch" if square.is_left_over else "ground"), Depth.AREAS)
        yield Stroke(Rect(x, y, cell, cell, "cell" if square.role == "image" else "pad"), Depth.LINES)
        is_jump = number > 0 and index != strip.indices[number - 1] + 1
        if is_jump:
            yield Stroke(Trace(f"M{x:g} {y - 4:g}v{cell + 8:g}", "jump"), Depth.WINDOW)
        if cell >= 2 * LEAST_CELL or number in {0, last} or (index % _FIFTH == 0 and 1 < number < last - 1):
            yield Stroke(Words(x + cell / 2, y + cell + 15, number_text(index), "s"), Depth.NUMBERS)
        if square.value is not None:
            yield Stroke(Words(x + cell / 2, y + cell / 2 + 5, number_text(square.value)), Depth.NUMBERS)


def _stop(stop: Stop, at: Mapping[int, int], y: float, cell: float, way: Way) -> Iterator[Stroke]:
    """Yield one position of the kernel under a strip: a bar, filled where it covers cells."""
    places = {at[index] for index in stop.cells if index in at}
    if not places:
        return
    for begin, length in spans(number in places for number in range(max(places) + 1)):
        yield Stroke(Rect(begin * cell + 1.5, y, length * cell - 3, _BAR, way.wash), Depth.WASH)
    first, end = min(places), max(places) + 1
    yield Stroke(
        Rect(first * cell + 1.5, y, (end - first) * cell - 3, _BAR, f"{way.window} thin"), Depth.WINDOW
    )
    label = f"{stop.number}, the last" if stop.is_last else str(stop.number)
    yield Stroke(Words(end * cell + 6, y + _BAR - 1, label, "l s"), Depth.NUMBERS)
