"""What a step computes, as drawn marks: products in a table, their sum written out, and the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.figures.drawing.panel import CELL, LINE, NARROW, Beat, Depth, Panel, Way, line_of_text
from grader.figures.drawing.shapes import Rect, Ring, Stroke, Trace, Words, grid, written_width
from grader.figures.figure import MINUS, TIMES, FigureFrame, Product, number_text
from grader.figures.sums import sum_lines

MOST_WIDE = 204  # pixels of a sum in one line
_MOST_LINES = 14  # of a sum
_BESIDE_WEIGHT = 10  # pixels before a weight, for the ring
_TERM = re.compile(rf"[+{MINUS}] \S+|\S+")  # a sign stays with its number
_MOST_ROWS = 6  # of a kernel that are shown separately in a sum


def product_panel(
    frames: Sequence[FigureFrame], heads: Sequence[Stroke], top: float, way: Way, labels: Sequence[str] = ()
) -> Panel:
    """Return what is computed; a head without a text gets one. Labels say which step this is."""
    tables = _tables(frames, top)
    width = max((table.width for table in tables), default=0)
    height = max((table.height for table in tables), default=0)
    sums = [_written_sum(frame, max(width + 8, MOST_WIDE)) for frame in frames]
    first = top + (height + 6 if height else -8)
    below = first + LINE * max(map(len, sums)) + 8
    title = [] if heads else [line_of_text(_title(frames, has_table=height > 0), 14, "h")]
    shown = []
    for number, (frame, lines) in enumerate(zip(frames, sums, strict=True)):
        marks = [*heads, *title, *(tables[number].marks(way, is_compared=bool(heads)) if tables else ())]
        marks += [
            Stroke(Words(0, first + LINE * (place + 1), line, "l m"), Depth.NUMBERS, Beat.SUM)
            for place, line in enumerate(lines)
        ]
        if frame.result is not None and not frame.is_missing:
            result = Words(0, below + 24, f"= {number_text(frame.result)}", f"l big {way.words}")
            marks.append(Stroke(result, Depth.NUMBERS, Beat.SUM))
        marks += [line_of_text(label, below + 54, "s") for label in labels[number : number + 1]]
        shown.append(tuple(marks))
    texts = [written_width(mark.shape.text, 14) for marks in shown for mark in marks if _is_line(mark)]
    return Panel(max(width, *texts), below + (60 if labels else 30), tuple(shown))


def _is_line(mark: Stroke) -> bool:
    return isinstance(mark.shape, Words) and mark.shape.x == 0


def _title(frames: Sequence[FigureFrame], *, has_table: bool) -> str:
    if not has_table:
        return "What is computed"
    products = [one for frame in frames for line in frame.products for one in line]
    return f"Value {TIMES} weight" if any(one.weight is not None for one in products) else "Values"


def _tables(frames: Sequence[FigureFrame], top: float) -> list[_Table]:
    """Return the products of each frame as a table; none at all if one would be too wide."""
    tables = [_table(frame.products, top) for frame in frames]
    fitting = [table for table in tables if table is not None]
    return fitting if len(fitting) == len(tables) else []


@dataclass(frozen=True)
class _Table:
    """Products in a grid: value times weight in each cell."""

    products: tuple[tuple[Product, ...], ...]
    top: float
    cell: float
    row: float
    size: int  # of the letters
    heaviest: float  # pixels of the widest weight

    @property
    def columns(self) -> int:
        return max(map(len, self.products), default=0)

    @property
    def width(self) -> float:
        return self.cell * self.columns

    @property
    def height(self) -> float:
        return self.row * len(self.products)

    def marks(self, way: Way, *, is_compared: bool) -> Iterator[Stroke]:
        """Yield the cells and their numbers; where two tables are compared, rings show first weights."""
        if not self.products:
            return
        yield Stroke(Rect(0, self.top, self.width, self.height, way.wash), Depth.WASH)
        lines = grid(0, self.top, self.columns, len(self.products), self.cell, self.row)
        yield Stroke(Trace(lines, "grid"), Depth.LINES)
        if is_compared:
            yield Stroke(Rect(0, self.top, self.width, self.height, way.window), Depth.WINDOW)
        for row, line in enumerate(self.products):
            for column, product in enumerate(line):
                x, y = column * self.cell, self.top + row * self.row
                yield from self._product(product, x, y)
                if product.is_first_weight and is_compared and product.weight is not None:
                    center = x + self.cell - 8 - written_width(number_text(product.weight), self.size) / 2
                    ring = Ring(center, y + self.row / 2, f"ring {way.words}")
                    yield Stroke(ring, Depth.WEIGHTS, Beat.PRODUCTS)

    def _product(self, product: Product, x: float, y: float) -> Iterator[Stroke]:
        base, style = y + self.row / 2 + 5, " sm" if self.size < 15 else ""
        value, soft = number_text(product.value), " z" if product.is_padding else ""
        if product.weight is None:
            center = Words(x + self.cell / 2, base, value, f"{soft}{style}".strip())
            yield Stroke(center, Depth.NUMBERS, Beat.PRODUCTS)
            return
        right = x + self.cell - 8
        left = right - self.heaviest - _BESIDE_WEIGHT
        texts = (
            Words(left, base, f"{value} {TIMES}", f"r{soft}{style}"),
            Words(right, base, number_text(product.weight), f"r b{style}"),
        )
        yield from (Stroke(text, Depth.NUMBERS, Beat.PRODUCTS) for text in texts)


def _table(products: tuple[tuple[Product, ...], ...], top: float) -> _Table | None:
    """Return the products as a table; None if it would be too wide."""
    columns = max(map(len, products), default=0)
    every = [product for line in products for product in line]
    for size in (15, 12):
        values = max((written_width(f"{number_text(one.value)} {TIMES}", size) for one in every), default=0)
        weights = [written_width(number_text(one.weight), size) for one in every if one.weight is not None]
        heaviest = max(weights, default=0)
        needed = values + heaviest + _BESIDE_WEIGHT + 12 if weights else values
        cell = max(round(needed), CELL)
        if cell * columns <= NARROW:
            return _Table(products, top, cell, 40 if len(products) <= 4 else 28, size, heaviest)
    return None


def _written_sum(frame: FigureFrame, most: float) -> list[str]:
    """Return the sum written out, in lines that fit; longer ones break after each row of the kernel."""
    if frame.is_missing:
        return ["There is no such value here."]
    if frame.operation in {"copy", "stamp"}:
        return []
    rows = sum_lines(frame)
    whole = " ".join(rows)
    if written_width(whole, 14) <= most:
        return [whole] if whole else []
    rows = rows if len(rows) <= _MOST_ROWS else (whole,)
    lines = [line for row in rows for line in _wrapped(_TERM.findall(row), most)]
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "and so on"]


def _wrapped(words: Sequence[str], most: float) -> Iterator[str]:
    """Yield lines of words that are no wider than this."""
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if line and written_width(longer, 14) > most:
            yield line
            longer = word
        line = longer
    if line:
        yield line
