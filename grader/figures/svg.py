"""A figure as SVG, which plays by CSS without a script, and reflows in a narrow window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.figures.drawing.arrangement import FROM
from grader.figures.drawing.composition import composed
from grader.figures.drawing.motion import Timeline
from grader.figures.figure import Figure, FigureFrame

MAX_BYTES = 40_000
_LEFT_OUT = "Some steps are left out."


def as_svg(figure: Figure, *, prefix: str, alone: bool = False) -> str:
    """Return a figure as SVG; `prefix` keeps its names apart from those of other figures on a page.

    If it would be too large, some steps are left out, and it says so. `alone` makes a file of its own of it,
    with a margin, and with links that pause it.
    """
    numbers = list(range(figure.count))
    while True:
        text = _written(figure, numbers, prefix, alone=alone)
        if len(text.encode()) <= MAX_BYTES or len(numbers) <= 1:
            return text
        share = min(0.9, MAX_BYTES / len(text.encode()))
        numbers = _spread(figure.count, max(1, int(len(numbers) * share)))


def _spread(count: int, some: int) -> list[int]:
    """Return some numbers below a count: the first, the last, and others between them.

    >>> _spread(24, 3), _spread(24, 1)
    ([0, 12, 23], [0])
    """
    return [round(number * (count - 1) / max(some - 1, 1)) for number in range(some)]


def _written(figure: Figure, numbers: Sequence[int], prefix: str, *, alone: bool) -> str:
    """Return these frames of a figure as SVG."""
    tracks = (
        replace(track, frames=tuple(track.frames[number] for number in numbers)) for track in figure.tracks
    )
    arranged = composed(replace(figure, tracks=tuple(tracks)), [*_labels(figure, numbers)])
    timeline = Timeline(len(numbers), prefix)
    left_out = f" {_LEFT_OUT}" if len(numbers) < figure.count else ""
    return _template().render(
        title=figure.title,
        text=figure.text + left_out,
        panels=[[*timeline.groups(panel.frames)] for panel in arranged.panels],
        narrow=arranged.narrow,
        wide=arranged.wide,
        wide_from=FROM,
        timeline=timeline,
        prefix=prefix,
        alone=alone,
    )


def _labels(figure: Figure, numbers: Sequence[int]) -> Iterator[str]:
    """Yield what to call each step that is shown."""
    of = "" if len(figure.tracks) > 1 else f" of {figure.count}"
    for number in numbers:
        frames = [track.frames[number] for track in figure.tracks]
        place = next((frame.place for frame in frames if frame.place), "")
        last = ", the last in its row" if any(map(_leaves_over, frames)) else ""
        yield f"Step {figure.agreed + number + 1}{of}: {place}{last}" if place else ""


def _leaves_over(frame: FigureFrame) -> bool:
    """Return whether the kernel is at its last position in a row, and cells are left over behind it."""
    return any(
        sheet.is_last and any(cell.is_left_over for line in sheet.cells for cell in line)
        for sheet in frame.sheets
    )


def _short(number: float) -> str:
    """Write a number of pixels.

    >>> _short(12.0), _short(0.25)
    ('12', '0.2')
    """
    return f"{round(number, 1):g}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("grader.figures"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    environment.filters.update(css=Markup, short=_short)
    return environment.get_template("figure.svg.jinja")
