"""Figures as text: what they look like, and how wide they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.figures.figure import CannotDraw
from grader.figures.frames import figure_of, two_tracks
from grader.figures.text import as_text
from grader.language.layers import LayerError
from grader.walks.worked import Worked
from tests.figures.layers import flipped, walk_through
from tests.figures.test_frames import worked
from tests.walks.test_walks import ONE

TWO = """\
A convolution: image 4 x 4, kernel 3 x 3

step 1 of 3: output[0, 1]. 1 step before this one agrees.

image            torch                         your way
 1 [ 3  3  1 ]   the kernel as it is written   the kernel upside down
 0 [ 1  1  0 ]
 0 [ 1  1  1 ]   3 * (2)  3 *  1   1 *  0      3 * -2   3 *  0   1 *  1
 3   0  3  1     1 *  0   1 * -1   0 *  1      1 *  1   1 * -1   0 *  0
                 1 *  1   1 *  0   1 * -2      1 *  0   1 *  1   1 * (2)

                 6 + 3 + 0                     -6 + 0 + 1
                 + 0 - 1 + 0                   + 1 - 1 + 0
                 + 1 + 0 - 2                   + 0 + 1 + 2
                 = 7                           = -2

                 output                        output
                  3 [ 7 ]                       3 [ -2 ]
                  .   .                         .    .

[ ] marks where the kernel, the window or the new value is.
( ) marks the kernel's first weight."""


def test_two_tracks_in_ascii() -> None:
    assert as_text(two_tracks(flipped()), unicode=False) == TWO


def test_two_tracks_in_unicode_draw_lines_around_the_kernel() -> None:
    text = as_text(two_tracks(flipped()), unicode=True)
    assert "\N{CHECK MARK} torch" in text
    assert "\N{BALLOT X} your way" in text
    assert text.count("\N{BOX DRAWINGS HEAVY DOWN AND RIGHT}") == 3  # image, products, output
    assert text.count("\N{BOX DRAWINGS LIGHT DOWN AND RIGHT}") == 2


def test_a_size_counts_positions_and_marks_what_is_left_over() -> None:
    assert (
        as_text(figure_of(Worked(walk_through("Conv1d(1, 1, 2, stride=3)", (1, 1, 6)))), unicode=False)
        == """\
A convolution: input 6, kernel 2, stride 3

length
cell       0 1 2 3 4 5
position 1 # # . . . /
position 2 . . . # # / last
2 positions. / is left over."""
    )


@settings(deadline=None, max_examples=100)
@given(case=ONE, scale=st.sampled_from([1, 1.23456, 1e7, 1e-7]))
def test_no_line_is_wider_than_80_columns(case: Any, scale: float) -> None:
    try:
        way, _ = worked(*case)
        figure = figure_of(replace(way, image=scaled(way.image, -scale)), "first")
        whole = figure_of(Worked(way.walk)) if way.walk.axes else figure
    except (LayerError, CannotDraw):
        assume(False)
        raise
    for one, unicode in product((figure, whole), (False, True)):
        text = as_text(one, unicode=unicode)
        assert max(map(len, text.split("\n"))) <= 80
        assert unicode or text.isascii()


def scaled(numbers: Any, scale: float) -> Any:
    return tuple(scaled(one, scale) for one in numbers) if isinstance(numbers, tuple) else numbers * scale
