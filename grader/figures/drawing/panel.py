"""A panel: a part of a figure that keeps together, as marks in each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from grader.figures.drawing.shapes import Stroke, Words, written_width

NARROW = 288  # pixels that every panel fits into, unless its numbers are long
HEAD = 28  # pixels that a panel's title takes
CELL, LEAST_CELL = 36, 12
LINE = 20  # pixels from one line of text to the next


class Depth(IntEnum):
    """What hides what: the later, the nearer."""

    AREAS = 0
    WASH = 1
    LINES = 2
    NUMBERS = 3
    WEIGHTS = 4
    WINDOW = 5


class Beat(IntEnum):
    """When in a frame something appears."""

    AT_ONCE = 0
    PRODUCTS = 1
    SUM = 2
    OUTPUT = 3


class Way(NamedTuple):
    """How one track is coloured: the classes of its window, its wash and its words."""

    window: str
    wash: str
    words: str


TORCH, YOURS, BOTH = Way("win", "wash", "t"), Way("ywin", "ywash", "y"), Way("both", "fill", "b")


@dataclass(frozen=True)
class Panel:
    """A part of a figure: its size, and its marks in each frame."""

    width: float
    height: float
    frames: tuple[tuple[Stroke, ...], ...]


def line_of_text(text: str, y: float, style: str) -> Stroke:
    """Return a line of text at the left edge of a panel."""
    return Stroke(Words(0, y, text, f"l {style}"), Depth.NUMBERS)


def text_panel(labels: Sequence[str], notes: Sequence[str] = ()) -> Panel:
    """Return a panel with a label that changes from frame to frame, and notes that stay."""
    begin = 14 + (LINE + 6 if any(labels) else 0)
    below = [line_of_text(note, begin + LINE * number, "s") for number, note in enumerate(notes)]
    frames = tuple((*([line_of_text(label, 14, "s")] if label else []), *below) for label in labels)
    width = max(written_width(text, 13) for text in (*labels, *notes))
    return Panel(width, begin + LINE * (len(notes) - 1) + 6, frames)
