"""What a figure says in words: its title, the name of each step, and the text alternative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.errors import counted
from grader.figures.figure import TIMES, FigureFrame, Stop, Strip, Track, number_text
from grader.figures.moments import Moment
from grader.figures.sums import sum_lines
from grader.walks.steps import Index
from grader.walks.walk import Walk

_NAMES = {
    "convolution": "A convolution",
    "transposed convolution": "A transposed convolution",
    "padding": "Padding",
    "unfold": "Unfold: every patch becomes a column",
    "linear": "A linear layer",
    "elementwise": "A layer that changes each number on its own",
}
_POOLINGS = {"max": "Max pooling", "mean": "Average pooling", "norm": "Norm pooling"}


def title(walk: Walk) -> str:
    """Name a layer with its settings."""
    name = _POOLINGS.get(walk.combine, "Pooling") if walk.family == "pooling" else _NAMES[walk.family]
    return f"{name}: {', '.join(_settings(walk))}"


def _settings(walk: Walk) -> Iterator[str]:
    sizes = [axis.size for axis in walk.axes] or list(walk.input)
    yield f"{'image' if len(sizes) > 1 else 'input'} {_by(sizes)}"
    if walk.noun:
        yield f"{walk.noun} {_by([axis.kernel for axis in walk.axes])}"
    for word, usual in (("stride", 1), ("padding", 0), ("dilation", 1), ("output_padding", 0)):
        values = [getattr(axis, word) for axis in walk.axes]
        if walk.noun and any(value != usual for value in values):
            yield f"{word} {number_text(values[0]) if len(set(values)) == 1 else tuple(values)}"
    if walk.groups > 1:
        yield counted(walk.groups, "group")


def _by(sizes: Sequence[int]) -> str:
    return f" {TIMES} ".join(map(str, sizes))


def place(walk: Walk, index: Index) -> str:
    """Name what a frame computes: output[0, 1]."""
    if walk.family == "unfold":
        return f"column {index[-1]}" + (f" of image number {index[0]}" if walk.input[0] > 1 else "")
    stamps = walk.family == "transposed convolution"
    shape = walk.input if stamps else walk.output
    least = len(walk.axes) or min(2, len(shape))
    while len(index) > least and shape[0] == 1:
        shape, index = shape[1:], index[1:]
    return f"{'input' if stamps else 'output'}[{', '.join(map(str, index))}]"


def step(walk: Walk, moment: Moment, frame: FigureFrame) -> str:
    """Say what happens in a frame."""
    where = _where(walk, moment)
    if walk.family == "unfold":
        return f"In {frame.place} the window is on {where}."
    if walk.family == "transposed convolution":
        value = frame.products[0][0].value if frame.products else 0.0
        return f"At {frame.place} {number_text(value)} times the kernel is added to the output."
    sum_ = " ".join(sum_lines(frame))
    result = number_text(frame.result) if frame.result is not None else ""
    on = f" the {walk.noun} is on {where}" if walk.noun and where else ""
    return f"At {frame.place}{on}: {sum_} = {result}."


def _where(walk: Walk, moment: Moment) -> str:
    """Say on which rows and columns the kernel is."""
    words = ("cells",) if len(walk.axes) == 1 else ("depths", "rows", "columns")[-len(walk.axes) :]
    return " and ".join(
        f"{word} {_from_to(at * axis.stride - axis.padding, axis.span)}"
        for word, at, axis in zip(words, moment.place, walk.axes, strict=False)
    )


def _from_to(start: int, count: int) -> str:
    return f"{number_text(start)} to {number_text(start + count - 1)}"


def missing(place_: str) -> str:
    """Say that one of the ways has no such value."""
    return f"This way has no {place_}."


def story(walk: Walk, frames: Sequence[FigureFrame]) -> str:
    """Say what happens in a figure of one track."""
    more = f" It takes {counted(len(frames), 'step')}." if len(frames) > 1 else ""
    texts = dict.fromkeys((frames[0].text, frames[-1].text))
    return f"{title(walk)}.{more} {' '.join(texts)}"


def both(tracks: Sequence[Track], agreed: int) -> str:
    """Say what happens in the first frame of two tracks."""
    before = f"{agreement(agreed)} " if agreed else ""
    return before + " ".join(map(_told, tracks))


def agreement(agreed: int) -> str:
    """Say how many steps came before, in which both ways agree."""
    return f"{counted(agreed, 'step')} before this one {'agrees' if agreed == 1 else 'agree'}."


def _told(track: Track) -> str:
    name = track.name if track.is_true else "Your way"
    return f"{name}{', ' * bool(track.how)}{track.how}: {track.frames[0].text}"


def counted_positions(walk: Walk, strips: Sequence[Strip]) -> str:
    """Say where the kernel is along each axis, and how often."""
    return " ".join(_along(walk, strip) for strip in strips)


def _along(walk: Walk, strip: Strip) -> str:
    on = ", ".join(f"{cells_text(stop)}" for stop in strip.positions[:2])
    more = f", and for the last time on {cells_text(strip.positions[-1])}" if len(strip.positions) > 2 else ""
    lands = f" is on cells {on}{more}" if strip.positions else " fits nowhere"
    left = strip.left_over
    over = f" {counted(len(left), 'cell')} {'is' if len(left) == 1 else 'are'} left over." if left else ""
    said = counted(strip.count, strip.what.removesuffix("s")) if strip.what == "positions" else ""
    total = said or f"{counted(strip.count, 'cell')} of the output"
    return f"Along the {strip.title} the {walk.noun}{lands}. That makes {total}.{over}"


def cells_text(stop: Stop) -> str:
    """Name the cells of one position, from the first to the last.

    >>> cells_text(Stop(1, (0, 2, 4))), cells_text(Stop(1, (3,)))
    ('0 to 4', '3')
    """
    ends = dict.fromkeys((stop.cells[0], stop.cells[-1]))
    return " to ".join(map(number_text, ends))


def first_positions(walk: Walk) -> str:
    """Say what the figure of a layer without numbers shows."""
    return f"The {walk.noun or 'layer'} at its first position, and at the next one."
