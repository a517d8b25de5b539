"""A sheet of a figure as a block of text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.figures.blocks import WIDTH, Block, stacked, width_of
from grader.figures.figure import MINUS, TIMES, Box, Sheet, Square, number_text

Edge = tuple[str, str, str, str, str, str]  # corners: upper left and right, lower left and right; -, |


@dataclass(frozen=True)
class Script:
    """The signs of ASCII, or of Unicode."""

    minus: str
    times: str
    missing: str  # a value that is not computed yet
    left_over: str
    true_name: str
    mistaken_name: str
    true_edge: Edge | None
    mistaken_edge: Edge | None


ASCII = Script("-", "*", ".", "/", "torch", "your way", None, None)
UNICODE = Script(
    minus=MINUS,
    times=TIMES,
    missing="\N{MIDDLE DOT}",
    left_over="\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}",
    true_name="\N{CHECK MARK} torch",
    mistaken_name="\N{BALLOT X} your way",
    true_edge=("┏", "┓", "┗", "┛", "━", "┃"),
    mistaken_edge=("┌", "┐", "└", "┘", "╌", "┆"),
)
PADDING, BEYOND = "_", "~"  # cells that do not count


@dataclass(frozen=True)
class GridText:
    """How a sheet is written: the signs, and whose way it is."""

    script: Script
    is_true: bool = True

    @property
    def edge(self) -> Edge | None:
        """The lines around a window, if the script has any."""
        return self.script.true_edge if self.is_true else self.script.mistaken_edge

    def block(self, sheet: Sheet) -> Block:
        """Write a sheet with its title; a wide one in parts."""
        block = self._block(sheet)
        if width_of(block) <= WIDTH or len(sheet.columns) == 1:
            return block
        half = len(sheet.columns) // 2
        return stacked((self.block(part(sheet, 0, half)), self.block(part(sheet, half, len(sheet.columns)))))

    def _block(self, sheet: Sheet) -> Block:
        texts = [[self._text(cell) for cell in row] for row in sheet.cells]
        labelled = has_labels(sheet)
        widths = [max(len(row[column]) for row in texts) for column in range(len(sheet.columns))]
        heads = [_label(at, cell) for at, cell in zip(sheet.columns, _top(sheet), strict=True)]
        if labelled:
            widths = [max(width, len(head)) for width, head in zip(widths, heads, strict=True)]
        sides = [
            _label(at, row[_image_column(sheet)]) for at, row in zip(sheet.rows, sheet.cells, strict=True)
        ]
        margin = max(map(len, sides)) if labelled and not sheet.is_flat else 0
        lines = [self._line(row, widths, sheet.box, number) for number, row in enumerate(texts)]
        if labelled:
            shown = [side.rjust(margin) for side in sides] if margin else [""] * len(lines)
            lines = [f"{side} {line}" for side, line in zip(shown, lines, strict=True)]
        framed = self._framed(lines, widths, sheet.box, margin + labelled)
        top = [" " * (margin + 1) + self._line(heads, widths, sheet.box, -1)] if labelled else []
        title = [sheet.title] if sheet.title else []
        return tuple(line.rstrip() for line in (*title, *top, *framed))

    def _text(self, cell: Square) -> str:
        if cell.value is None:
            text = {"beyond": BEYOND, "padding": PADDING}.get(cell.role, self.script.missing)
        else:
            text = number_text(cell.value, minus=self.script.minus)
        return f"{self.script.left_over}{text}" if cell.is_left_over else text

    def _line(self, row: list[str], widths: list[int], box: Box | None, number: int) -> str:
        """Write one row, with the sides of the box."""
        inside = box is not None and box.row <= number < box.row + box.height
        left, right = ("[", "]") if self.edge is None else (self.edge[5], self.edge[5])
        line = ""
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            gap = "  " if column else " "
            if box and column == box.column:
                gap = f" {left if inside else ' '} "
            elif box and column == box.column + box.width:
                gap = f" {right if inside else ' '} "
            line += gap + text.rjust(width)
        if box and inside and box.column + box.width == len(row):
            line += f" {right}"
        return line

    def _framed(self, lines: list[str], widths: list[int], box: Box | None, margin: int) -> list[str]:
        """Add the upper and the lower side of the box."""
        if box is None or self.edge is None:
            return lines
        before = sum(width + 2 for width in widths[: box.column]) + margin + (1 if box.column == 0 else 0)
        inner = sum(widths[box.column : box.column + box.width]) + 2 * (box.width - 1) + 2
        start = " " * before
        upper_left, upper_right, lower_left, lower_right, across, _ = self.edge
        above = f"{start}{upper_left}{across * inner}{upper_right}"
        below = f"{start}{lower_left}{across * inner}{lower_right}"
        end = box.row + box.height
        return [*lines[: box.row], above, *lines[box.row : end], below, *lines[end:]]


def has_labels(sheet: Sheet) -> bool:
    """Return whether a sheet needs its indices: part of it is not shown, or belongs to the padding."""
    return sheet.is_cropped or any(cell.role != "image" for row in sheet.cells for cell in row)


def part(sheet: Sheet, start: int, end: int) -> Sheet:
    """Return some columns of a sheet."""
    return replace(
        sheet,
        cells=tuple(row[start:end] for row in sheet.cells),
        columns=sheet.columns[start:end],
        box=sheet.box and _cut(sheet.box, start, end),
    )


def _cut(box: Box, start: int, end: int) -> Box | None:
    """Return the part of a box between two columns."""
    first, last = max(box.column, start), min(box.column + box.width, end)
    return Box(box.row, first - start, box.height, last - first) if first < last else None


def _label(at: int, cell: Square) -> str:
    """Return the true index of a row or a column; padding has none."""
    return "" if cell.role != "image" else str(at)


def _image_column(sheet: Sheet) -> int:
    """Return a column that is part of the image, if one is shown: it tells which rows are."""
    found = (column for row in sheet.cells for column, cell in enumerate(row) if cell.role == "image")
    return next(found, 0)


def _top(sheet: Sheet) -> tuple[Square, ...]:
    """Return a row that is part of the image, if one is shown: it tells which columns are."""
    found = (row for row in sheet.cells if any(cell.role == "image" for cell in row))
    return next(found, sheet.cells[0])


def blank_block(sheet: Sheet) -> Block:
    """Write a sheet without numbers: # for the kernel, a sign for each other cell."""
    lines = [" ".join(map(blank_sign, row)) for row in sheet.cells]
    cut = ["(cropped)"] if sheet.is_cropped else []
    return (sheet.title, *lines, *cut)


def blank_sign(cell: Square) -> str:
    """Return the sign of a cell without a number."""
    if cell.lies:
        return "#"
    if cell.is_left_over:
        return "/"
    return {"image": ".", "padding": "0", "beyond": BEYOND}[cell.role]
