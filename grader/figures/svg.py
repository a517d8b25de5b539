"""A figure as SVG, which plays by CSS without a script, and reflows in a narrow window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.figures.drawing.arrangement import FROM
from grader.figures.drawing.composition import composed
from grader.figures.drawing.motion import Timeline
from grader.figures.figure import MAX_SHEETS, Figure, FigureFrame

MAX_BYTES = 40_000
_FEWER_STEPS, _FEWER_CHANNELS = "Some steps are left out.", "Some channels are left out."


class _Shown(NamedTuple):
    """What is drawn of a figure: its frames, what to call them, and what to say about the others."""

    figure: Figure
    labels: Sequence[str]
    left_out: Sequence[str]


def as_svg(figure: Figure, *, prefix: str, alone: bool = False) -> str:
    """Return a figure as SVG; `prefix` keeps its names apart from those of other figures on a page.

    If it would be too large, some steps are left out, then some channels, and it says so. `alone` makes a
    file of its own of it, with a margin, and with links that pause it.
    """
    frames, sheets = figure.count, MAX_SHEETS
    while True:
        text = _written(_less(figure, frames, sheets), prefix, alone=alone)
        size = len(text.encode())
        if size <= MAX_BYTES or (frames == sheets == 1):
            return text
        if frames > 1:
            frames = max(1, int(frames * min(0.9, MAX_BYTES / size)))
        else:
            sheets //= 2


def frames_of(svg: str) -> int:
    """Return how many frames an SVG of `as_svg` plays.

    >>> frames_of('<svg data-frames="9">')
    9
    """
    return int(svg.partition('data-frames="')[2].partition('"')[0])


def _less(figure: Figure, frames: int, sheets: int) -> _Shown:
    """Return a figure with this many of its frames, and at most this many sheets in each."""
    numbers = _spread(figure.count, frames)
    tracks = tuple(
        replace(track, frames=tuple(_fewer(track.frames[number], sheets) for number in numbers))
        for track in figure.tracks
    )
    left_out = [_FEWER_STEPS] * (frames < figure.count)
    left_out += [_FEWER_CHANNELS] * any(_sheets(track.frames[0]) > sheets for track in figure.tracks)
    return _Shown(replace(figure, tracks=tracks), [*_labels(figure, numbers)], left_out)


def _fewer(frame: FigureFrame, sheets: int) -> FigureFrame:
    return replace(frame, sheets=frame.sheets[:sheets], output=frame.output[:sheets])


def _sheets(frame: FigureFrame) -> int:
    return max(len(frame.sheets), len(frame.output))


def _spread(count: int, some: int) -> list[int]:
    """Return some numbers below a count: the first, the last, and others between them.

    >>> _spread(24, 3), _spread(24, 1)
    ([0, 12, 23], [0])
    """
    return [round(number * (count - 1) / max(some - 1, 1)) for number in range(some)]


def _written(shown: _Shown, prefix: str, *, alone: bool) -> str:
    """Return what is shown of a figure as SVG."""
    arranged = composed(shown.figure, shown.labels, shown.left_out)
    timeline = Timeline(shown.figure.count, prefix)
    return _template().render(
        title=shown.figure.title,
        text=" ".join([shown.figure.text, *shown.left_out]),
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
    of = f" of {figure.count}" if len(figure.tracks) == 1 else ""
    for number in numbers:
        frames = [track.frames[number] for track in figure.tracks]
        place = next((frame.place for frame in frames if frame.place), "")
        last = ", the last in its row" if len(frames) == 1 and _leaves_over(frames[0]) else ""
        step = f"Step {figure.agreed + number + 1}{of}: " if figure.count > 1 else "At "
        yield f"{step}{place}{last}" if place else ""


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
