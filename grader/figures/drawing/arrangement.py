"""Where the panels of a figure are: in rows in a wide window, below each other in a narrow one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from grader.figures.drawing.panel import NARROW, Panel

WIDE, FROM = 640, 688  # pixels: of a wide figure, and of the window from which on it is wide
_GAP = 20

Size = tuple[float, float]


class Places(NamedTuple):
    """Where panels are, and how large that makes the figure."""

    places: Sequence[tuple[float, float]]
    width: float
    height: float


@dataclass(frozen=True)
class Arrangement:
    """Columns of panels for a wide figure, and groups of the same panels, in rows, for a narrow one."""

    columns: Sequence[Sequence[Panel]]
    groups: Sequence[Sequence[Panel]]

    @property
    def panels(self) -> list[Panel]:
        """All panels, in the order of the columns."""
        return [panel for column in self.columns for panel in column]

    @property
    def wide(self) -> Places:
        """Place columns side by side, in further rows if they do not fit; panels of a row begin together."""
        long = [column for column in self.columns if len(column) > 1]
        tall = [max(panel.height for panel in row if panel) for row in zip_longest(*long)]
        is_level = len({len(column) for column in long}) == 1
        heights = [
            tall if is_level and len(column) > 1 else [panel.height for panel in column]
            for column in self.columns
        ]
        sizes = [
            (max(panel.width for panel in column), sum(own) + _GAP * (len(own) - 1))
            for column, own in zip(self.columns, heights, strict=True)
        ]
        flow = flowed(sizes, WIDE)
        places = [
            (x, y + sum(own[:number]) + _GAP * number)
            for own, (x, y) in zip(heights, flow.places, strict=True)
            for number in range(len(own))
        ]
        return flow._replace(places=places)

    @property
    def narrow(self) -> Places:
        """Place the groups below each other."""
        at: dict[int, tuple[float, float]] = {}
        y = widest = 0.0
        for group in self.groups:
            flow = flowed([(panel.width, panel.height) for panel in group], NARROW)
            at |= {id(panel): (x, y + own) for panel, (x, own) in zip(group, flow.places, strict=True)}
            y += flow.height + _GAP
            widest = max(widest, flow.width)
        return Places([at[id(panel)] for panel in self.panels], widest, y - _GAP)


def flowed(sizes: Sequence[Size], width: float) -> Places:
    """Place boxes in rows, from left to right.

    >>> flowed([(60, 10), (60, 30), (90, 10)], 150)
    Places(places=[(0.0, 0.0), (80.0, 0.0), (0.0, 50.0)], width=150, height=60.0)
    """
    places: list[tuple[float, float]] = []
    x = y = tallest = widest = 0.0
    for wide, tall in sizes:
        if x > 0 and x + wide > width:
            x, y, tallest = 0.0, y + tallest + _GAP, 0.0
        places.append((x, y))
        tallest, widest = max(tallest, tall), max(widest, x + wide)
        x += wide + _GAP
    return Places(places, max(width, widest), y + tallest)
