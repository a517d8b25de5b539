"""The walk of a kernel, counted as torch counts it, and the mistakes in counting."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.figures.first_positions import draw_walk
from grader.language.layers import LayerError, output_shape, parse_layer
from grader.mistakes.counting import SIZE_MISTAKES, size_mistakes
from grader.mistakes.mistake import Slip, telling
from grader.walks.as_written import output_of, walk_of
from grader.walks.axis import Axis
from grader.walks.walk import Walk

LAYERS = {
    "Conv2d(1, 1, ": ["", ", dilation=2", ", padding_mode='reflect'"],
    "MaxPool2d(": ["", ", ceil_mode=True", ", dilation=2, ceil_mode=True"],
    "AvgPool2d(": ["", ", ceil_mode=True"],
}


def walked(text: str, shape: tuple[int, ...]) -> Walk:
    """Return the walk of a layer that has one."""
    walk = walk_of(parse_layer(text), {"S": 2}, shape)
    assert walk is not None
    return walk


def axes(text: str, shape: tuple[int, ...]) -> Any:
    """Return the axes of a kernel or a window that moves over the image; None for other layers."""
    walk = walk_of(parse_layer(text), {"S": 2}, shape)
    return walk.axes if walk and walk.family in {"convolution", "pooling"} else None


def counted(*found: Axis, family: Any = "convolution") -> dict[str, Slip]:
    """Return the usual mistakes with these axes, by name."""
    walk = Walk(family, (1, 1, *(axis.size for axis in found)), 1, found)
    return {slip.name: slip for slip in size_mistakes(walk) if not slip.is_rare}


def rare(*found: Axis, family: Any = "convolution") -> list[tuple[str, Any]]:
    """Return the rare mistakes, each with the size along the first axis."""
    walk = Walk(family, (1, 1, *(axis.size for axis in found)), 1, found)
    return [(slip.name, slip.answer[0]) for slip in size_mistakes(walk) if slip.is_rare]


def laid(*found: Axis) -> dict[str, Slip]:
    """Return the usual mistakes with transposed kernels."""
    return counted(*found, family="transposed convolution")


Spread = partial(Axis, transposed=True)


@settings(deadline=None, max_examples=150)
@given(
    name=st.sampled_from(sorted(LAYERS)),
    more=st.integers(0, 2),
    size=st.integers(1, 14),
    walk=st.tuples(*[st.integers(1, 4)] * 2, st.integers(0, 3)),
)
def test_places_are_counted_as_torch_counts_them(name, more, size, walk):
    kernel, stride, padding = walk
    rest = LAYERS[name][more % len(LAYERS[name])]
    text = f"{name}{kernel}, stride=({stride}, 1), padding=({padding}, 0){rest})"
    shape = (1, 1, size, 14)
    try:
        real = output_shape(parse_layer(text), {}, shape)[2:]
    except LayerError:
        assume(False)
    walk = walked(text, shape)
    assert tuple(axis.places for axis in walk.axes) == real
    mistakes = [slip for slip in size_mistakes(walk) if not slip.is_rare]
    assert {wrong.name for wrong in size_mistakes(walk)} <= set(SIZE_MISTAKES)
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
        ("MaxPool2d(2, ceil_mode=True)", (Axis(5, 2, 2, ceil_mode=True), Axis(6, 2, 2, ceil_mode=True))),
        ("Conv2d(1, 1, 3, padding='valid')", (Axis(5, 3), Axis(6, 3))),
        (
            "Conv2d(1, 1, (3, 2), padding='same', dilation=2)",
            (Axis(5, 3, 1, 2, 2, keeps_size=True), Axis(6, 2, 1, 1, 2, keeps_size=True)),
        ),
        (
            "Conv2d(1, 1, 2, padding='same')",  # more on one side than on the other
            (Axis(5, 2, uneven=1, keeps_size=True), Axis(6, 2, uneven=1, keeps_size=True)),
        ),
        ("ConvTranspose2d(1, 1, 3)", None),
        ("AdaptiveMaxPool2d(3)", None),
        ("ZeroPad2d(1)", None),
        ("Sequential(Conv2d(1, 1, 3))", None),
    ],
)
def test_axes(text, expected):
    assert axes(text, (1, 1, 5, 6)) == expected


@settings(deadline=None, max_examples=150)
@given(
    start=st.sampled_from(
        ["Conv2d(2, 3, {}", "MaxPool2d({}", "AvgPool2d({}", "LPPool2d(2, {}", "ConvTranspose2d(2, 3, {}"]
    ),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    sizes=st.tuples(*[st.integers(1, 12)] * 2),
)
def test_whole_shapes_are_counted_as_torch_counts_them(start, kernel, stride, sizes):
    layer, shape = parse_layer(f"{start.format(kernel)}, stride={stride})"), (2, 2, *sizes)
    try:
        real = output_shape(layer, {}, shape)
    except LayerError:
        assume(False)
    assert output_of(walk_of(layer, {}, shape)) == real


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Conv2d(3, 8, 3)", (3, 10, 12)),  # without a batch
        ("Conv1d(3, 8, 3)", (3, 10)),
        ("Linear(8, 3)", (2, 5, 8)),
        ("Flatten(2)", (1, 2, 10, 12)),
        ("ConvTranspose2d(1, 1, 3, stride=0)", (1, 1, 5, 5)),
        ("ConvTranspose2d(1, 1, 3, output_padding=-1)", (1, 1, 5, 5)),
        ("Conv2d(1, 1, 3, stride=0)", (1, 1, 5, 5)),
    ],
)
def test_what_is_not_counted(text, shape):
    assert output_of(walk_of(parse_layer(text), {}, shape)) is None


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
    found = {name: wrong.answer[0] for name, wrong in counted(walk).items()}
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) - set(expected) <= {"rounded-up", "divided-image-by-stride"}


@pytest.mark.parametrize("cells", range(1, 4))
def test_padding_that_keeps_the_size_is_what_torch_adds(cells):
    text = f"Conv2d(1, 1, {2 * cells - 1}, padding='same')"
    walk = walked(text, (1, 1, 5, 6))
    assert (
        tuple(axis.places for axis in walk.axes)
        == output_shape(parse_layer(text), {}, (1, 1, 5, 6))[2:]
        == (5, 6)
    )
    names = {wrong.name for wrong in size_mistakes(walk)}
    assert not names & {"answered-input-size", "padded-once", "swapped-stride-and-padding"}


def test_mistakes_where_a_window_may_hang_over_the_edge():
    found = counted(Axis(8, 3, 2, ceil_mode=True), family="pooling")
    assert {name: wrong.answer[0] for name, wrong in found.items()} == {
        "forgot-plus-one": 3,
        "ignored-ceil-mode": 3,
        "ignored-stride": 6,
        "divided-image-by-stride": 4,
        "answered-input-size": 8,
    }


TRANSPOSED_MORE = ["", ", output_padding=1", ", dilation=2", ", output_padding=1, dilation=3"]


@settings(deadline=None, max_examples=150)
@given(
    more=st.sampled_from(TRANSPOSED_MORE),
    sizes=st.tuples(*[st.integers(1, 9)] * 2),
    walk=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)),
)
def test_transposed_kernels_reach_as_far_as_torch_says(more, sizes, walk):
    kernel, stride, padding = walk
    text = f"ConvTranspose2d(1, 1, ({kernel}, 2), stride={stride}, padding=({padding}, 0){more})"
    shape = (1, 1, *sizes)
    try:
        real = output_shape(parse_layer(text), {}, shape)[2:]
    except LayerError:
        assume(False)
    walk = walked(text, shape)
    assert tuple(axis.reach for axis in walk.axes) == real
    assert {wrong.name for wrong in size_mistakes(walk)} <= set(SIZE_MISTAKES)


def test_mistakes_with_transposed_kernels():
    spread = Spread(5, 3, stride=2, padding=1, output_padding=1, dilation=2)
    assert spread.reach == 12
    assert {name: wrong.answer[0] for name, wrong in laid(spread).items()} == {
        "used-the-formula-of-a-convolution": 2,
        "counted-numbers-not-gaps": 14,
        "forgot-last-kernel": 7,
        "multiplied-by-stride": 10,
        "ignored-padding": 14,
        "added-padding": 16,
        "padded-once": 13,
        "ignored-stride": 8,
        "ignored-output-padding": 11,
        "ignored-dilation": 10,
        "answered-input-size": 5,
    }
    plain = set(laid(Spread(5, 3), Spread(6, 3)))
    assert plain == {
        "used-the-formula-of-a-convolution",
        "counted-numbers-not-gaps",
        "forgot-last-kernel",
        "answered-input-size",
    }
    doubled = set(laid(Spread(5, 4, 2, 1), Spread(6, 2, 2)))
    assert "multiplied-by-stride" not in doubled  # with these settings it is not a mistake
    assert "ignored-padding" in doubled
    same = set(laid(Spread(5, 3, padding=1)))
    assert same == {
        "counted-numbers-not-gaps",
        "forgot-last-kernel",
        "ignored-padding",
        "added-padding",
        "padded-once",
    }
    assert not list(size_mistakes(None))


@pytest.mark.parametrize(
    "walk",
    [[Axis(17, 2)] * 2, [Axis(4, 2)] * 3, [Axis(2, 3)] * 2, [Axis(10, 2, 1, 4)] * 2],
)
def test_what_is_not_drawn(walk):
    assert draw_walk(walk) is None


def test_a_walk_along_a_line_with_gaps_in_the_kernel():
    assert draw_walk([Axis(5, 2, 2, 0, 2)]) == "first position   next position\n# . # . .        . . # . #"
    assert draw_walk([Axis(3, 2, 2)]) == "first position\n# # ."


@pytest.mark.parametrize("more", ["", ", stride=1, padding=1", ", ceil_mode=True", ", dilation=2"])
def test_pooling_has_a_window_and_no_kernel(more):
    messages = [slip.message for slip in size_mistakes(walked(f"MaxPool2d(3{more})", (1, 1, 14, 14)))]
    assert "You counted how often the window moves." in messages[0]
    assert not [message for message in messages if "kernel" in message or "zeros" in message]


def test_a_convolution_has_a_kernel():
    slips = {slip.name: slip for slip in size_mistakes(walked("Conv2d(1, 1, 3, 2, 1)", (1, 1, 8, 8)))}
    assert slips["forgot-plus-one"].message.startswith("You counted how often the kernel moves.")
    assert slips["ignored-padding"].message == (
        "You left out the padding. Zeros are put around the image before the kernel starts."
    )
    assert not any("window" in slip.message or "{" in slip.message for slip in slips.values())


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ([Axis(4, 2, 3)], [("unrounded-quotient", 2 / 3 + 1), ("added-one-too-early", 1)]),
        ([Axis(9, 3)], [("let-kernel-hang-over", 11), ("laid-side-by-side", 3), ("answered-kernel-size", 3)]),
        ([Axis(9, 3, padding=1)], [("took-padding-off", 5)]),
        ([Axis(12, 3, dilation=2)], [("dilation-as-stride", 5)]),
        ([Axis(7, 3, 2, 1), Axis(11, 4, 1, 2)], [("read-width-first", 8), ("one-side-for-both", 12)]),
    ],
)
def test_mistakes_that_are_not_so_usual(axes, expected):
    assert set(expected) <= set(rare(*axes))


def test_a_quotient_that_is_whole_is_not_unrounded():
    assert "unrounded-quotient" not in dict(rare(Axis(9, 3)))
    assert ("unrounded-quotient", 4.0) not in rare(Axis(9, 3, 2))


def test_a_rare_mistake_is_left_out_where_its_answer_is_known():
    slips = [Slip("a", "", 1), Slip("b", "", 1, is_rare=True), Slip("c", "", 2, is_rare=True)]
    assert [slip.name for slip in telling(slips, 0)] == ["a", "c"]
    assert [slip.name for slip in telling(slips, 2)] == ["a"]
