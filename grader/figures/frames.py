"""Turn walks into figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile, zip_longest
from math import isclose, prod
from typing import NamedTuple

from grader.figures import sentences
from grader.figures.figure import MAX_FRAMES, CannotDraw, Figure, FigureFrame, Sheet, Show, Track
from grader.figures.moments import Moment, count_moments, moments_of
from grader.figures.sheets import Reading
from grader.figures.story import Story, without_size
from grader.figures.strips import strips_of
from grader.walks.steps import Step, steps_of
from grader.walks.walk import Walk
from grader.walks.worked import Tracks, Worked

MAX_PRODUCTS = 1 << 17  # of a whole layer: more would take seconds
NAMES = ("torch", "your way")


def figure_of(worked: Worked, show: Show = "whole") -> Figure:
    """Draw a layer at work: its first frame, or all of them.

    Raises:
        CannotDraw: it has too many frames, channels or dimensions, or its kernel does not fit.

    """
    _check(worked)
    if worked.has_numbers:
        frames = _numbered(worked, show)
    else:
        frames = (_counted(worked.walk) if show == "whole" else _unnumbered(worked.walk),)
    track = Track("", worked.how, frames)
    return Figure(sentences.title(worked.walk), (track,), sentences.story(worked.walk, frames))


def two_tracks(tracks: Tracks, note: str = "") -> Figure:
    """Draw torch's way and the mistaken one, from the first frame where they differ.

    Raises:
        CannotDraw: one of them cannot be drawn, or they do not differ.

    """
    _check(tracks.true)
    _check(tracks.mistaken)
    return _two_stories(tracks, note) if tracks.true.has_numbers else _two_sizes(tracks, note)


def _check(worked: Worked) -> None:
    """Refuse a layer without an output, and one that takes too long to follow."""
    walk = worked.walk
    if min(walk.input, default=1) < 1 or (worked.has_numbers and min(walk.output, default=1) < 1):
        raise CannotDraw("There is no output: the kernel or window is larger than the image.")
    cells = prod(axis.kernel for axis in walk.axes) * (walk.input[1] if walk.axes else 1)
    if worked.has_numbers and prod(walk.output) * cells > MAX_PRODUCTS:
        raise CannotDraw("The layer is too large to be drawn step by step.", "Use a smaller input.")


def _numbered(worked: Worked, show: Show) -> tuple[FigureFrame, ...]:
    """Return the frames of a layer with numbers."""
    if show == "first":
        return (Story(worked).first(),)
    count = count_moments(worked.walk)
    if count > MAX_FRAMES:
        sentence = f"The whole walk takes {count} steps; at most {MAX_FRAMES} can be drawn."
        raise CannotDraw(sentence, "Use a smaller input, or 'show: first'.")
    return tuple(Story(worked).frames(count))


def _counted(walk: Walk, dims: Sequence[int] | None = None) -> FigureFrame:
    """Return the one frame of a layer without numbers: its axes, with counted positions."""
    strips = strips_of(walk, dims)
    return FigureFrame("", strips=strips, operation="copy", text=sentences.counted_positions(walk, strips))


def _unnumbered(walk: Walk) -> FigureFrame:
    """Return a frame with the first position of a kernel and the next one, on cells without numbers."""
    if not walk.noun or walk.family == "transposed convolution":
        raise CannotDraw("With only a shape, this layer has no kernel to draw.", "Give the input's numbers.")
    worked, titles = Worked(walk), ("first position", "next position")
    sheets = [
        replace(without_size(sheet), title=title)
        for title, step in zip(titles, _first_row(walk), strict=False)
        for sheet in Reading(worked, Moment(step.output, step.terms, step.place, {})).sheets()[:1]
    ]
    return FigureFrame("", tuple(sheets), operation="copy", text=sentences.first_positions(walk))


def _first_row(walk: Walk) -> list[Step]:
    """Return the first two steps of a moving kernel, if there is room for two side by side."""
    steps = iter(steps_of(walk))
    first = next(steps, None)
    if first is None:
        raise CannotDraw("There is no output: the kernel or window is larger than the image.")
    beside = takewhile(lambda step: step.output[:-1] == first.output[:-1], steps)
    return [first, *islice(beside, 1)]


class _Pair(NamedTuple):
    """The same step in both ways; one of them may not have it."""

    true: Moment | None
    mistaken: Moment | None

    @property
    def differs(self) -> bool:
        """Whether the ways lead to different values."""
        one, other = self
        if one is None or other is None or one.writes.keys() != other.writes.keys():
            return True
        return not all(isclose(one.writes[at], other.writes[at], abs_tol=1e-9) for at in one.writes)


def _two_stories(tracks: Tracks, note: str) -> Figure:
    pairs = list(_pairs(tracks))
    first = next((number for number, pair in enumerate(pairs) if pair.differs), None)
    if first is None:
        raise CannotDraw("Both ways lead to the same output.")
    turns = bool(tracks.mistaken.first)
    stories = Story(tracks.true, marks_first=turns), Story(tracks.mistaken, marks_first=turns)
    frames: list[tuple[FigureFrame, FigureFrame]] = []
    shown = _shown(pairs, first)
    for number, pair in enumerate(pairs):
        for story, moment in zip(stories, pair, strict=True):
            story.follow(moment)
        if number in shown:
            frames.append(_framed(stories, pair))
    return _with_two(tracks, note, frames, agreed=first)


def _pairs(tracks: Tracks) -> Iterator[_Pair]:
    """Yield the steps of both ways that belong together: those of the same value of the output."""
    one, other = (
        {moment.index: moment for moment in moments_of(way)} for way in (tracks.true, tracks.mistaken)
    )
    if tracks.true.walk.family != tracks.mistaken.walk.family:
        return (_Pair(*pair) for pair in zip_longest(one.values(), other.values()))
    indices = list(one) if one.keys() == other.keys() else sorted({*one, *other})
    return (_Pair(one.get(index), other.get(index)) for index in indices)


def _shown(pairs: Sequence[_Pair], first: int) -> set[int]:
    """Return the numbers of the steps to draw: from the first, and the last one of each way."""
    ends = {max(number for number, pair in enumerate(pairs) if pair[way] is not None) for way in (0, 1)}
    ends = {max(number, first) for number in ends}
    rest = [number for number in range(first, len(pairs)) if number not in ends]
    return {*rest[: MAX_FRAMES - len(ends)], *ends}


def _framed(stories: tuple[Story, Story], pair: _Pair) -> tuple[FigureFrame, FigureFrame]:
    """Draw one step of both ways."""
    places = [story.place_of(moment) for story, moment in zip(stories, pair, strict=True) if moment]
    true, mistaken = (
        story.frame() if moment else story.missing(places[0])
        for story, moment in zip(stories, pair, strict=True)
    )
    return true, mistaken


def _with_two(
    tracks: Tracks, note: str, frames: Sequence[tuple[FigureFrame, FigureFrame]], agreed: int = 0
) -> Figure:
    """Make the figure of two tracks."""
    made = tuple(
        Track(name, way.how, tuple(pair[number] for pair in frames), is_true=number == 0)
        for number, (name, way) in enumerate(zip(NAMES, (tracks.true, tracks.mistaken), strict=True))
    )
    alike = all(list(map(_bare, one.sheets)) == list(map(_bare, other.sheets)) for one, other in frames)
    return Figure(
        title=sentences.title(tracks.true.walk),
        tracks=made,
        text=sentences.both(made, agreed),
        note=note,
        agreed=agreed,
        shares_image=alike and bool(frames[0][0].sheets),
    )


def _bare(sheet: Sheet) -> Sheet:
    """Return a sheet without the kernel's weights."""
    cells = (tuple(replace(one, weight=None, is_first_weight=False) for one in row) for row in sheet.cells)
    return replace(sheet, cells=tuple(cells))


def _two_sizes(tracks: Tracks, note: str) -> Figure:
    """Draw the axes along which two ways lead to different sizes."""
    pairs = zip(tracks.true.walk.axes, tracks.mistaken.walk.axes, strict=True)
    dims = [dim for dim, (one, other) in enumerate(pairs) if one.output != other.output]
    if not dims:
        raise CannotDraw("Both ways lead to the same size.")
    frames = _counted(tracks.true.walk, dims), _counted(tracks.mistaken.walk, dims)
    return _with_two(tracks, note, [frames])
