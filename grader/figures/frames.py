"""Turn walks into the frames of a figure."""

from __future__ import annotations

from grader.figures.figure import CannotDraw, Figure, Show
from grader.walks.worked import Tracks, Worked


def figure_of(worked: Worked, show: Show = "whole") -> Figure:
    """Draw a layer at work: its first frame, or all of them.

    Raises:
        CannotDraw: it has too many frames, channels or dimensions, or its kernel does not fit.

    """
    raise CannotDraw(f"There is no figure of {worked.walk.family} yet ({show}).")


def two_tracks(tracks: Tracks, note: str = "") -> Figure:
    """Draw torch's way and the mistaken one, from the first frame where they differ.

    Raises:
        CannotDraw: one of them cannot be drawn, or they do not differ.

    """
    raise CannotDraw(f"There is no figure of {tracks.true.walk.family} yet.{note}")
