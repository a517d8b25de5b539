"""The walk of a kernel, counted as torch counts it, and the mistakes in counting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.language.layers import LayerError, output_shape, parse_layer
from grader.questions.geometry import NAMES, axes_of, places, size_mistakes
from grader.questions.picture import Axis, draw_walk

LAYERS = st.sampled_from(["Conv2d(1, 1, ", "MaxPool2d(", "AvgPool2d("])


def axes(text: str, shape: tuple[int, ...]) -> Any:
    return axes_of(parse_layer(text), {"S": 2}, shape)


@settings(deadline=None, max_examples=150)
@given(name=LAYERS, size=st.integers(1, 14), walk=st.tuples(*[st.integers(1, 4)] * 2, st.integers(0, 3)))
def test_places_are_counted_as_torch_counts_them(name, size, walk):
    kernel, stride, padding = walk
    text = f"{name}{kernel}, stride=({stride}, 1), padding=({padding}, 0))"
    shape = (1, 1, size, 14)
    try:
        real = output_shape(parse_layer(text), {}, shape)[2:]
    except LayerError:
        assume(False)
    found = axes(text, shape)
    assert tuple(map(places, found)) == real
    mistakes = list(size_mistakes(found))
    assert {wrong.name for wrong in mistakes} <= set(NAMES)
    assert len({wrong.name for wrong in mistakes}) == len(mistakes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Conv2d(1, 1, 3)", (Axis(5, 3), Axis(6, 3))),
        (
            "Conv2d(1, 1, (2, 3), stride=S, padding=(1, 0), dilation=2)",
            (Axis(5, 2, 2, 1, 2), Axis(6, 3, 2, 0, 2)),
        ),
        ("MaxPool2d(2)", (Axis(5, 2, 2), Axis(6, 2, 2))),
        ("MaxPool2d((2, 3), stride=None)", (Axis(5, 2, 2), Axis(6, 3, 3))),
        ("LPPool2d(2, 3, stride=1)", (Axis(5, 3), Axis(6, 3))),
        ("MaxPool2d(2, ceil_mode=True)", None),
        ("Conv2d(1, 1, 3, padding='same')", None),
        ("ConvTranspose2d(1, 1, 3)", None),
        ("AdaptiveMaxPool2d(3)", None),
        ("ZeroPad2d(1)", None),
        ("Sequential(Conv2d(1, 1, 3))", None),
    ],
)
def test_axes(text, expected):
    assert axes(text, (1, 1, 5, 6)) == expected


@pytest.mark.parametrize(
    ("walk", "expected"),
    [
        (Axis(4, 2), {"forgot-plus-one": 2, "answered-input-size": 4}),
        (
            Axis(8, 3, 2),
            {
                "forgot-plus-one": 2,
                "rounded-up": 4,
                "ignored-stride": 6,
                "divided-image-by-stride": 4,
                "answered-input-size": 8,
            },
        ),
        (
            Axis(8, 3, 3, 2),
            {
                "ignored-padding": 2,
                "padded-once": 3,
                "forgot-plus-one": 3,
                "ignored-stride": 10,
                "swapped-stride-and-padding": 6,
                "answered-padded-size": 12,
                "answered-input-size": 8,
            },
        ),
        (
            Axis(9, 3, 1, 0, 2),
            {
                "forgot-plus-one": 4,
                "ignored-dilation": 7,
                "counted-span-wrongly": 4,
                "answered-input-size": 9,
            },
        ),
    ],
)
def test_mistakes(walk, expected):
    found = {wrong.name: wrong.answer[0] for wrong in size_mistakes([walk])}
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) - set(expected) <= {"rounded-up", "divided-image-by-stride"}


@pytest.mark.parametrize(
    "walk",
    [[Axis(17, 2)] * 2, [Axis(4, 2)] * 3, [Axis(2, 3)] * 2, [Axis(10, 2, 1, 4)] * 2],
)
def test_what_is_not_drawn(walk):
    assert draw_walk(walk) is None


def test_a_walk_along_a_line_with_gaps_in_the_kernel():
    assert draw_walk([Axis(5, 2, 2, 0, 2)]) == "first place   next place\n# . # . .     . . # . #"
    assert draw_walk([Axis(3, 2, 2)]) == "first place\n# # ."
