"""Figures as text: one frame at a time, in ASCII or in Unicode, never wider than 80 columns.

Nothing depends on colour: brackets or lines mark the kernel, names mark whose way it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.errors import counted
from grader.figures import sentences
from grader.figures.blocks import GAP, WIDTH, Block, beside, stacked, width_of, wrapped
from grader.figures.figure import DOTS, MINUS, TIMES, Figure, FigureFrame, Product, Strip, Track, number_text
from grader.figures.grids import (
    ASCII,
    BEYOND,
    PADDING,
    UNICODE,
    GridText,
    Script,
    blank_block,
    blank_sign,
    has_labels,
)
from grader.figures.sums import sum_lines

_FOLDED = str.maketrans({MINUS: "-", TIMES: "x", DOTS: "..."})
_HALF = (WIDTH - len(GAP)) // 2


def as_text(figure: Figure, frame: int = 0, *, unicode: bool) -> str:
    """Draw one frame in at most 80 columns, in ASCII or with box-drawing characters."""
    script = UNICODE if unicode else ASCII
    drawing = _Drawing(figure, frame, script)
    lines = stacked(drawing.parts())
    text = "\n".join(line.rstrip() for line in lines)
    return text if unicode else text.translate(_FOLDED)


class _Drawing:
    """One frame of a figure, part by part."""

    def __init__(self, figure: Figure, number: int, script: Script) -> None:
        self.figure = figure
        self.number = number
        self.script = script
        self.frames = [track.frames[min(number, len(track.frames) - 1)] for track in figure.tracks]

    def parts(self) -> Iterator[Block]:
        """Yield the parts of the frame from top to bottom."""
        frame = self.frames[0]
        if frame.sheets and not frame.place:  # cells without numbers
            yield beside(map(blank_block, frame.sheets))
            yield (blank_legend(frame),)
            return
        yield wrapped(self.figure.title)
        yield wrapped(self._heading())
        yield from self._tracks()
        yield tuple(line for sentence in self._legend() for line in wrapped(sentence))
        yield wrapped(self.figure.note)

    def _heading(self) -> str:
        """Name the step, and say how many came before it."""
        places = " and ".join(dict.fromkeys(frame.place for frame in self.frames if frame.place))
        count = self.figure.count
        step = f"step {self.number + 1} of {count}: " if count > 1 else ""
        agreed = sentences.agreement(self.figure.agreed) if self.figure.agreed and not self.number else ""
        return f"{step}{places}{'. ' if places and agreed else ''}{agreed}"

    def _tracks(self) -> Iterator[Block]:
        tracks = list(zip(self.figure.tracks, self.frames, strict=True))
        if any(frame.strips for frame in self.frames):
            yield from (self._sized(track, frame) for track, frame in tracks)
        elif len(tracks) == 1:
            yield self._alone(*tracks[0])
        else:
            yield self._both([self._one_of_two(track, frame) for track, frame in tracks])

    def _both(self, blocks: Sequence[Block]) -> Block:
        """Put two tracks side by side, with the image that they share to the left, or above."""
        shared = self._sheets(self.figure.tracks[0], self.frames[0]) if self.figure.shares_image else ()
        row = (stacked(shared), *blocks)
        if sum(width_of(block) + len(GAP) for block in row) <= WIDTH + len(GAP):
            return beside(row)
        return stacked((beside(shared), beside(blocks)))

    def _alone(self, track: Track, frame: FigureFrame) -> Block:
        grid = GridText(self.script)
        parts = (*self._sheets(track, frame), self._working(track, frame), *map(grid.block, frame.output))
        return stacked((wrapped(track.how), beside(parts)))

    def _one_of_two(self, track: Track, frame: FigureFrame) -> Block:
        """Draw one of two tracks, with an image of its own where the images differ."""
        grid = GridText(self.script, track.is_true)
        own = () if self.figure.shares_image else self._sheets(track, frame)
        missing = wrapped(frame.text, _HALF) if frame.is_missing else ()
        head = (self._name(track), *wrapped(track.how, _HALF))
        return stacked((head, *own, missing, self._working(track, frame), *map(grid.block, frame.output)))

    def _name(self, track: Track) -> str:
        return self.script.true_name if track.is_true else self.script.mistaken_name

    def _sheets(self, track: Track, frame: FigureFrame) -> tuple[Block, ...]:
        grid = GridText(self.script, track.is_true or self.figure.shares_image)
        return tuple(map(grid.block, frame.sheets))

    def _working(self, track: Track, frame: FigureFrame) -> Block:
        """Write the products, what is made of them, and the result."""
        is_weighted = any(one.weight is not None for row in frame.products for one in row)
        products = self._products(track, frame) if is_weighted else ()
        if frame.result is None:
            return products
        width = max(_HALF, width_of(products))
        sums = tuple(line for text in sum_lines(frame) for line in wrapped(text, width))
        result = f"= {number_text(frame.result, minus=self.script.minus)}"
        return stacked((products, (*sums, result)))

    def _products(self, track: Track, frame: FigureFrame) -> Block:
        """Write the products in their positions on the image, with lines around them in Unicode."""
        rows = [[self._product(one, frame.products) for one in row] for row in frame.products]
        lines = [line for row in rows for line in _filled(row, WIDTH - 4)]
        edge = GridText(self.script, track.is_true).edge
        if edge is None:
            return tuple(lines)
        inner = max(map(len, lines)) + 2
        above = f"{edge[0]}{edge[4] * inner}{edge[1]}"
        below = f"{edge[2]}{edge[4] * inner}{edge[3]}"
        return (above, *(f"{edge[5]} {line.ljust(inner - 2)} {edge[5]}" for line in lines), below)

    def _product(self, one: Product, rows: Sequence[Sequence[Product]]) -> str:
        """Write one product; the kernel's first weight is in parentheses."""
        minus = self.script.minus
        values = [number_text(other.value, minus=minus) for row in rows for other in row]
        weights = [number_text(other.weight or 0.0, minus=minus) for row in rows for other in row]
        weight = number_text(one.weight or 0.0, minus=minus).rjust(max(map(len, weights)))
        marked = f"({weight.strip()})".rjust(len(weight) + 2) if one.is_first_weight else f" {weight} "
        return (
            f"{number_text(one.value, minus=minus).rjust(max(map(len, values)))} {self.script.times}{marked}"
        )

    def _sized(self, track: Track, frame: FigureFrame) -> Block:
        """Draw the axes of a layer without numbers."""
        name = (f"{self._name(track)}{': ' * bool(track.how)}{track.how}",) if track.name else ()
        return stacked((name, *map(_strip, frame.strips)))

    def _legend(self) -> Iterator[str]:
        """Explain the signs that are there."""
        yield from () if self.script is UNICODE else self._brackets()
        if any(one.is_first_weight for frame in self.frames for row in frame.products for one in row):
            yield "( ) marks the kernel's first weight."
        yield from self._signs()

    def _brackets(self) -> Iterator[str]:
        if any(frame.sheets for frame in self.frames):
            yield "[ ] marks where the kernel, the window or the new value is."

    def _signs(self) -> Iterator[str]:
        sheets = [sheet for frame in self.frames for sheet in frame.sheets]
        cells = [cell for sheet in sheets for row in sheet.cells for cell in row]
        if any(map(has_labels, sheets)):
            none = "; padding has none" if any(cell.role == "padding" for cell in cells) else ""
            yield f"The numbers outside are indices of the image{none}."
        if any(cell.is_left_over for cell in cells):
            yield f"{self.script.left_over} marks cells that are left over."
        if any(cell.role == "padding" and cell.value is None for cell in cells):
            yield f"{PADDING} is padding that does not count."
        if any(cell.role == "beyond" for cell in cells):
            yield f"{BEYOND} is beyond the edge: it does not count."


def _filled(items: Sequence[str], width: int) -> list[str]:
    """Write items in as few lines as fit."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + 2 + len(item) <= width:
            lines[-1] += f"  {item}"
        else:
            lines.append(item)
    return lines


def _strip(strip: Strip) -> Block:
    """Draw one axis: a line for each position, and the count."""
    names = ["cell", *(f"position {stop.number}" for stop in strip.positions)]
    margin = max(map(len, names)) + 1
    lines = [strip.title, "cell".ljust(margin) + _indices(strip)]
    before = 0
    for stop in strip.positions:
        lines += [DOTS] if stop.number > before + 1 else []
        before = stop.number
        signs = [
            "#" if index in stop.cells else blank_sign(cell)
            for index, cell in zip(strip.indices, strip.cells, strict=True)
        ]
        last = " last" if stop.is_last and len(strip.positions) > 1 else ""
        lines.append(f"{f'position {stop.number}'.ljust(margin)}{_joined(strip, signs)}{last}")
    return (*lines, *wrapped(f"{_total(strip)}.{_rest(strip)}"))


def _total(strip: Strip) -> str:
    if strip.what == "positions":
        return counted(strip.count, "position")
    return f"{counted(strip.count, 'cell')} of the output"


def _rest(strip: Strip) -> str:
    signs = {blank_sign(cell) for cell in strip.cells}
    told = {"/": "/ is left over", "0": "0 is padding", BEYOND: f"{BEYOND} is beyond the edge"}
    if strip.what != "positions":
        told["0"] = "0 is cut off"
    found = [text for sign, text in told.items() if sign in signs]
    return f" {', '.join(found)}." if found else ""


def _joined(strip: Strip, signs: Sequence[str]) -> str:
    """Write a sign for each cell, with a gap where cells are left out."""
    line = ""
    for at, sign in enumerate(signs):
        jumps = at and strip.indices[at] != strip.indices[at - 1] + 1
        line += (f" {DOTS[:1]}  " if jumps else "") + sign + " "
    return line.rstrip()


def _indices(strip: Strip) -> str:
    """Write the index above each tenth of the cells, the first ones of a part, and the last."""
    line, cells = "", _joined(strip, ["x"] * len(strip.cells))
    starts = [at for at, sign in enumerate(cells) if sign == "x"]
    for number, (start, index) in enumerate(zip(starts, strip.indices, strict=True)):
        is_end = number == len(starts) - 1
        if len(line) <= start and (index < 10 or index % 2 == 0 or is_end) and index >= 0:
            line = f"{line.ljust(start)}{index} "
    return line.rstrip()


def blank_legend(frame: FigureFrame) -> str:
    """Explain the signs of cells without numbers."""
    cells = [cell for sheet in frame.sheets for row in sheet.cells for cell in row]
    around = "   0 padding" if any(cell.role == "padding" for cell in cells) else ""
    beyond = f"   {BEYOND} beyond the edge" if any(cell.role == "beyond" for cell in cells) else ""
    return f"# {frame.text.split()[1]}   . image{around}{beyond}"
