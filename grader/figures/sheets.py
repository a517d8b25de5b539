"""The grids of cells of a frame: what is read, and the output so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from grader.figures.figure import (
    MAX_BLANK_SIDE,
    MAX_SHEETS,
    MAX_SIDE,
    Box,
    CannotDraw,
    CellRole,
    Sheet,
    Square,
)
from grader.figures.moments import Moment
from grader.walks.axis import Axis
from grader.walks.evaluating import weight_of
from grader.walks.steps import Index, source_of
from grader.walks.walk import Walk
from grader.walks.worked import Worked, number_at


class Extent(NamedTuple):
    """The rows or the columns of a sheet, and those under the kernel: from the first up to the last."""

    lowest: int
    highest: int
    first: int
    last: int

    def cropped(self, most: int) -> range:
        """Return at most this many cells, around those under the kernel."""
        if self.last - self.first + 1 > most:
            count = self.last - self.first + 1
            raise CannotDraw(f"The kernel or row is {count} cells long; at most {most} can be drawn.")
        count = min(most, self.highest - self.lowest + 1)
        start = self.first - (count - (self.last - self.first + 1)) // 2
        start = max(self.lowest, min(start, self.highest - count + 1))
        return range(start, start + count)


@dataclass(frozen=True)
class Reading:
    """The sheets of what a frame reads."""

    worked: Worked
    moment: Moment
    marks_first: bool = False  # whether the kernel's first weight has a ring

    @property
    def walk(self) -> Walk:
        """The walk that is drawn."""
        return self.worked.walk

    @property
    def sides(self) -> int:
        """How many of the last dimensions make a grid: one for a row of numbers."""
        return min(2, len(self.walk.axes) or len(self.walk.input))

    def sheets(self) -> tuple[Sheet, ...]:
        """Return a sheet for each channel that is read."""
        if len(self.walk.axes) > 2 and not self.worked.has_numbers:
            raise CannotDraw("An image of three dimensions cannot be drawn without its numbers.")
        leads = dict.fromkeys(at[: -self.sides] for at in self._under)
        if len(leads) > MAX_SHEETS:
            raise CannotDraw(f"It reads {len(leads)} channels at once; at most {MAX_SHEETS} can be drawn.")
        return tuple(map(self._sheet, leads))

    @property
    def _under(self) -> tuple[Index, ...]:
        """The cells that count; a stamp reads one."""
        return (self.moment.index,) if self._stamps else tuple(term.at for term in self.moment.terms)

    def _sheet(self, lead: Index) -> Sheet:
        most = MAX_SIDE if self.worked.has_numbers else MAX_BLANK_SIDE
        across = [self._extent(dim) for dim in range(-self.sides, 0)]
        up, along = across if len(across) == 2 else (Extent(0, 0, 0, 0), across[0])
        rows, columns = up.cropped(most), along.cropped(most)
        weights = self._weights()
        return Sheet(
            title=_title(self.walk.input, lead, "image"),
            cells=tuple(
                tuple(
                    self._square((*lead, *((row, column) if self.sides == 2 else (column,))), weights)
                    for column in columns
                )
                for row in rows
            ),
            rows=tuple(rows),
            columns=tuple(columns),
            whole=(up.highest - up.lowest + 1, along.highest - along.lowest + 1),
            box=Box(
                up.first - rows[0],
                along.first - columns[0],
                up.last - up.first + 1,
                along.last - along.first + 1,
            ),
            is_last=self._is_last,
            is_flat=self.sides == 1,
        )

    @property
    def _is_last(self) -> bool:
        is_moving = self.moment.place and not self._stamps
        return bool(is_moving and self.moment.place[-1] == self.walk.axes[-1].places - 1)

    @property
    def _stamps(self) -> bool:
        return self.walk.family == "transposed convolution"

    def _extent(self, dim: int) -> Extent:
        """Return the cells along a dimension, with padding, and those under the kernel."""
        if not self.walk.axes or self._stamps:
            under = [at[dim] for at in self._under]
            return Extent(0, self.walk.input[dim] - 1, min(under), max(under))
        axis = self.walk.axes[dim]
        first = self.moment.place[dim] * axis.stride - axis.padding
        end = axis.size + max(0, axis.sides[1]) + axis.beyond
        return Extent(min(0, -axis.padding), end - 1, first, first + axis.span - 1)

    def _weights(self) -> dict[Index, tuple[float | None, bool]]:
        """Return the weight on each cell, and whether it is the kernel's first one."""
        if self._stamps or not self.worked.has_numbers:
            return {}
        first = self.worked.first or (0,) * len(self.walk.axes)
        return {
            term.at: (weight_of(self.worked, term), self.marks_first and term.weight[2:] == first)
            for term in self.moment.terms
            if term.weight is not None
        }

    def _square(self, index: Index, weights: Mapping[Index, tuple[float | None, bool]]) -> Square:
        weight, is_first = weights.get(index, (None, False))
        role, value = self._read(index)
        return Square(value, role, self._lies(index), weight, is_first, self._is_left_over(index))

    def _lies(self, index: Index) -> bool:
        if not self.walk.axes or self._stamps:
            return index in self._under
        return all(
            axis.covers(at + axis.padding, place)
            for axis, at, place in zip(self.walk.axes, index[2:], self.moment.place, strict=True)
        )

    def _is_left_over(self, index: Index) -> bool:
        if self._stamps:
            return False
        return any(is_left_over(axis, at) for axis, at in zip(self.walk.axes, index[2:], strict=False))

    def _read(self, index: Index) -> tuple[CellRole, float | None]:
        """Return what a cell is, and its number."""
        axes = self.walk.axes
        outside = [(axis, at) for axis, at in zip(axes, index[2:], strict=False) if not 0 <= at < axis.size]
        if any(at >= axis.size + axis.sides[1] for axis, at in outside):
            return "beyond", None
        role: CellRole = "padding" if outside else "image"
        if self.worked.image is None or (outside and self.walk.outside == "nothing"):
            return role, None
        source = source_of(self.walk, index) if axes else index
        return role, self.walk.fill if source is None else number_at(self.worked.image, source)


def is_left_over(axis: Axis, at: int) -> bool:
    """Return whether a cell is before the first position or behind the last one."""
    end = (axis.places - 1) * axis.stride + axis.span
    return axis.places < 1 or not 0 <= at + axis.padding < end


@dataclass(frozen=True)
class Writing:
    """The sheets of the output so far."""

    worked: Worked
    moment: Moment
    output: Mapping[Index, float]

    @property
    def _sides(self) -> int:
        walk = self.worked.walk
        return 2 if walk.family == "unfold" else min(2, len(walk.axes) or len(walk.output))

    def sheets(self) -> tuple[Sheet, ...]:
        """Return a sheet for each channel of the output, or for the current one if there are many."""
        shape, sides = self.worked.walk.output, self._sides
        current = dict.fromkeys(index[:-sides] for index in self.moment.writes)
        everything = list(product(*map(range, shape[:-sides])))
        leads = [lead for lead in everything if not lead or lead[0] == self.moment.index[0]]
        if len(leads) > MAX_SHEETS:
            leads = list(current)[:MAX_SHEETS]
        return tuple(map(self._sheet, leads))

    def _sheet(self, lead: Index) -> Sheet:
        new = [index for index in self.moment.writes if index[: -self._sides] == lead]
        extents = [self._extent(dim, new) for dim in range(-self._sides, 0)]
        up, along = extents if len(extents) == 2 else (Extent(0, 0, 0, 0), extents[0])
        tall = (
            MAX_BLANK_SIDE if self.worked.walk.family == "unfold" else MAX_SIDE
        )  # a whole patch in a column
        rows, columns = up.cropped(tall), along.cropped(MAX_SIDE)
        cells = tuple(
            tuple(
                self._square((*lead, *((row, column) if self._sides == 2 else (column,))))
                for column in columns
            )
            for row in rows
        )
        size = (up.last - up.first + 1, along.last - along.first + 1)
        return Sheet(
            title=_title(self.worked.walk.output, lead, "output"),
            cells=cells,
            rows=tuple(rows),
            columns=tuple(columns),
            whole=(up.highest + 1, along.highest + 1),
            box=Box(up.first - rows[0], along.first - columns[0], *size) if new else None,
            is_flat=self._sides == 1,
        )

    def _extent(self, dim: int, new: list[Index]) -> Extent:
        size = self.worked.walk.output[dim]
        under = [index[dim] for index in new or self.moment.writes]
        return Extent(0, size - 1, min(under, default=0), max(under, default=0))

    def _square(self, index: Index) -> Square:
        is_new = index in self.moment.writes
        return Square(
            self.output.get(index), lies=is_new, weight=self.moment.stamps.get(index), is_new=is_new
        )


def _title(shape: Index, lead: Index, noun: str) -> str:
    """Name a sheet by the dimensions that it is one of."""
    return ", ".join(_names(shape, lead, noun)) or noun


def _names(shape: Index, lead: Index, noun: str) -> Iterator[str]:
    words = (f"{noun} number", "channel", "depth")
    for size, at, word in zip(shape, lead, words, strict=False):
        if size > 1 or at < 0:
            yield f"{noun} channel {at}" if word == "channel" and noun == "output" else f"{word} {at}"
