"""The frames of one way through a layer, drawn moment by moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice

from grader.figures import sentences
from grader.figures.figure import FigureFrame, Operation, Product, Sheet
from grader.figures.moments import Moment, beginning, moments_of
from grader.figures.sheets import Reading, Writing
from grader.walks.evaluating import read, weight_of
from grader.walks.steps import Index, Term
from grader.walks.walk import Walk
from grader.walks.worked import Worked


class Story:
    """One way through a layer, with the output so far."""

    def __init__(self, worked: Worked, *, marks_first: bool = False) -> None:
        """Begin with an output without values; `marks_first` puts a ring around the kernel's first weight."""
        self.worked = worked
        self.marks_first = marks_first
        self.output: dict[Index, float] = beginning(worked)
        self.latest: Moment | None = None

    def first(self) -> FigureFrame:
        """Draw the first frame without what tells the size of the output."""
        self.follow(next(moments_of(self.worked)))
        frame = self.frame()
        return replace(frame, output=(), sheets=tuple(map(without_size, frame.sheets)))

    def frames(self, count: int) -> Iterator[FigureFrame]:
        """Yield the first frames."""
        for moment in islice(moments_of(self.worked), count):
            self.follow(moment)
            yield self.frame()

    def follow(self, moment: Moment | None) -> None:
        """Remember what a moment writes; this way may have none."""
        if moment is not None:
            self.output.update(moment.writes)
            self.latest = moment

    def missing(self, place: str) -> FigureFrame:
        """Draw that this way has no such value, beside the latest frame."""
        there = self.frame() if self.latest else FigureFrame(place)
        text = sentences.missing(place)
        return replace(there, place=place, products=(), bias=None, result=None, text=text, is_missing=True)

    def place_of(self, moment: Moment) -> str:
        """Name what a moment computes."""
        return sentences.place(self.worked.walk, moment.index)

    def frame(self) -> FigureFrame:
        """Draw the latest moment."""
        worked, walk, moment = self.worked, self.worked.walk, self.latest
        if moment is None:
            return FigureFrame("")
        frame = FigureFrame(
            place=self.place_of(moment),
            sheets=Reading(worked, moment, self.marks_first).sheets(),
            products=() if walk.family == "unfold" else tuple(self._rows(moment)),
            operation=_operation(walk),
            divisor=float(walk.divisor or len(moment.terms)) if walk.combine == "mean" else None,
            bias=moment.bias,
            result=next(iter(moment.writes.values())) if _has_result(walk) else None,
            output=Writing(worked, moment, self.output).sheets(),
        )
        return replace(frame, text=sentences.step(walk, moment, frame))

    def _rows(self, moment: Moment) -> Iterator[tuple[Product, ...]]:
        """Yield the products of each row of the kernel, in each channel."""
        stamps = self.worked.walk.family == "transposed convolution"

        def row_of(term: Term) -> Index:
            return (term.weight or ())[:-1] if stamps else term.at[:-1]

        for _, row in groupby(moment.terms, row_of):
            yield tuple(map(self._product, row))

    def _product(self, term: Term) -> Product:
        worked = self.worked
        first = worked.first or (0,) * len(worked.walk.axes)
        is_first = self.marks_first and (term.weight or ())[2:] == first
        return Product(read(worked, term), weight_of(worked, term), term.input is None, is_first)


def _operation(walk: Walk) -> Operation:
    if walk.family == "transposed convolution":
        return "stamp"
    return "sum" if walk.combine == "last" else walk.combine


def _has_result(walk: Walk) -> bool:
    return walk.family not in {"transposed convolution", "unfold"}


def without_size(sheet: Sheet) -> Sheet:
    """Return a sheet that does not tell how many positions there are."""
    cells = (tuple(replace(cell, is_left_over=False) for cell in row) for row in sheet.cells)
    return replace(sheet, cells=tuple(cells), is_last=False)
