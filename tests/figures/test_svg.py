"""Figures as SVG: whole, small, playing without a script, and readable to those who cannot see them."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.figures.drawing.arrangement import flowed
from grader.figures.drawing.motion import SECONDS, Timeline
from grader.figures.drawing.shapes import Rect, Stroke
from grader.figures.figure import MAX_FRAMES, Figure, number_text
from grader.figures.frames import figure_of
from grader.figures.svg import MAX_BYTES, as_svg, frames_of
from tests.figures.layers import all_figures, worked

FIGURES = all_figures()
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Return all texts of a picture."""
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("alone", [False, True])
def test_a_figure_is_small_and_says_what_it_shows(name, alone):
    svg = as_svg(FIGURES[name], prefix="p", alone=alone)
    root = ElementTree.fromstring(svg)
    assert len(svg.encode()) <= MAX_BYTES
    assert 1 <= frames_of(svg) <= MAX_FRAMES
    title, text = (next(root.iter(SVG + tag)).text or "" for tag in ("title", "desc"))
    assert title == FIGURES[name].title
    assert text.startswith(FIGURES[name].text)
    pictures = [one for one in root.iter() if one.get("role") == "img"]
    assert len(pictures) == 1
    assert pictures[0].get("aria-labelledby") == "p-t p-d"
    assert not list(pictures[0].iter(f"{SVG}a")), "controls are beside the picture, not in it"


@pytest.mark.parametrize("name", FIGURES)
def test_every_number_that_a_frame_shows_is_in_the_picture(name):
    shown = texts(as_svg(FIGURES[name], prefix="p"))
    figure = FIGURES[name]
    if figure.count > frames_of(as_svg(figure, prefix="p")):
        return
    for track in figure.tracks:
        for frame in track.frames:
            if frame.result is not None and not frame.is_missing:
                assert f"= {number_text(frame.result)}" in shown
            for sheet in (*frame.sheets[:2], *frame.output[:2]):
                values = [cell.value for line in sheet.cells for cell in line if cell.value is not None]
                assert {number_text(value) for value in values} <= set(shown)
            for strip in frame.strips:
                assert str(strip.count) in shown


def test_nothing_in_a_figure_can_load_or_run():
    for figure in FIGURES.values():
        svg = as_svg(figure, prefix="p")
        assert not re.search(r"<script|\son\w+=|<image|<foreignObject|@import|style=", svg)
        assert set(re.findall(r'(?:href="|url\()([^")]+)', svg)) <= {"#p-all", "#p-hatch"}


def test_words_of_an_author_stay_words():
    evil = "</title><script>alert(1)</script>"
    figure = FIGURES["turned"]
    tracks = tuple(replace(track, how=evil, name=evil) for track in figure.tracks)
    svg = as_svg(replace(figure, title=evil, text=evil, tracks=tracks), prefix="p")
    assert "<script" not in svg
    assert evil in (ElementTree.fromstring(svg).findtext(f".//{SVG}title") or "")


def test_two_figures_on_a_page_share_no_name():
    one, other = (as_svg(FIGURES["convolution"], prefix=prefix) for prefix in ("a", "b"))
    found = [set(re.findall(r'\bid="([^"]+)"|@keyframes ([\w-]+)', svg)) for svg in (one, other)]
    assert not found[0] & found[1]


def test_the_base_is_the_first_frame_and_motion_is_for_screens():
    svg = as_svg(FIGURES["convolution"], prefix="p")
    style = ElementTree.fromstring(svg).findtext(f".//{SVG}style") or ""
    before, _, after = style.partition("@media screen{")
    assert "animation" not in before
    assert after.count("@keyframes") > 0
    assert "prefers-reduced-motion:reduce" in after


def test_a_figure_of_one_frame_does_not_move():
    svg = as_svg(figure_of(worked("Conv2d(1, 1, 3)", (1, 1, 9, 9)), "first"), prefix="p")
    assert frames_of(svg) == 1
    assert "@keyframes" not in svg
    assert "<use" not in svg


def test_what_has_no_room_is_left_out_and_told():
    large = figure_of(worked("Conv2d(6, 4, 3)", (1, 6, 4, 4), between=(-99, 99)))
    svg = as_svg(large, prefix="p")
    assert len(svg.encode()) <= MAX_BYTES
    assert frames_of(svg) < large.count
    assert "Some steps are left out." in texts(svg)
    assert f"Step {large.count} of {large.count}: {large.tracks[0].last.place}" in " ".join(texts(svg))
    channels = as_svg(FIGURES["many channels"], prefix="p")
    assert "Some channels are left out." in texts(channels)


@given(st.lists(st.tuples(st.integers(1, 700), st.integers(1, 400)), min_size=1, max_size=12))
def test_boxes_never_overlap(sizes):
    flow = flowed(sizes, 640)
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(flow.places, sizes, strict=True)]
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert right <= flow.width
        assert bottom <= flow.height
        for other in boxes[:number]:
            assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1]


@given(st.sets(st.integers(0, 7), min_size=1), st.integers(0, 3))
def test_a_shape_is_seen_in_its_frames_and_in_no_others(seen, beat):
    shape = Rect(0, 0, 1, 1, "fill")
    timeline = Timeline(8, "p")
    frames = [[Stroke(shape, 0, beat)] if number in seen else [] for number in range(8)]
    [group] = timeline.groups(frames)
    rules = "".join(timeline.motion())
    if not group.seen:
        assert seen == set(range(8))
        return
    keyframes = sorted(
        (float(at.rstrip("%")), opacity == "1")
        for places, opacity in re.findall(r"([\d.%,e+-]+)\{opacity:(\d)\}", rules)
        for at in places.split(",")
    )
    for number in range(8):
        at = 100 * (number + 0.9) * SECONDS / timeline.seconds
        before = [is_seen for place, is_seen in keyframes if place <= at]
        after = [is_seen for place, is_seen in keyframes if place >= at]
        around = {*before[-1:], *after[:1]}
        assert around == {number in seen}


def test_a_figure_with_long_numbers_keeps_them_in_their_cells():
    figure: Figure = figure_of(worked("Conv2d(1, 1, 2)", (1, 1, 3, 3), between=(-99999, 99999)))
    svg = as_svg(figure, prefix="p")
    narrow = float(re.findall(r"max-width:calc\((\d+)px", svg)[0])
    assert narrow >= 288
