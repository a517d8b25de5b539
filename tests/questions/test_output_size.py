"""`output-size`: torch gives the answer, and a usual mistake is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.figures.first_positions import drawn
from grader.language.layers import LayerError, build, parse_layer
from tests.questions.asking import Shaped, Squarish, Thing, ask, record

# 7x7 image, kernel 3, stride 2, padding 1: 4x4
SQUARE = ask("output-size", layer="Conv2d(1, 1, kernel_size=K, stride=S, padding=P)", input=[1, 1, "M", "M"])
PLAIN = ask("output-size", layer="Conv2d(1, 1, K)", input=[1, 1, "M", "M"])  # 5x5
PADDED = ask("output-size", layer="Conv2d(1, 1, K, padding=P)", input=[1, 1, "M", "M"])  # 7x7
# 7x11 image, kernel 3: 5x9
OBLONG = ask("output-size", layer="Conv2d(1, 1, K)", input=[1, 1, "M", "M + 4"])
LINE = ask("output-size", layer="MaxPool1d(2)", input=[3, 2, "M"])
WHOLE = ask("output-size", layer="Conv2d(3, 8, 1)", input=[2, 3, 4, 5], ask="shape")
UNPLACED = ask("output-size", layer="Identity()", input=[5, 7], ask="shape")
CUBE = ask("output-size", layer="Conv3d(1, 1, (1, 2, 3))", input=[1, 1, 4, 4, 4])


@pytest.mark.parametrize(
    "answer",
    [
        4,
        4.0,
        (4, 4),
        [4, 4],
        (4.0, 4),
        [4],
        [[4], [4]],
        torch.tensor(4),
        torch.tensor([4.0, 4.0]),
        torch.tensor([4, 4], dtype=torch.uint8),
        torch.Size([4, 4]),
        [torch.tensor(4), np.array(4)],
        np.array(4),  # a numpy number, as it arrives
        np.array([4, 4]),
        np.float64(4),
    ],
)
def test_right_answers(answer):
    assert SQUARE.mark(answer).outcome == "passed"


@pytest.mark.parametrize("answer", [(5, 9), [5, 9], np.array([5, 9]), torch.Size([5, 9])])
def test_a_size_that_is_not_square(answer):
    assert OBLONG.mark(answer).outcome == "passed"


@pytest.mark.parametrize(
    ("asked", "how", "solution"),
    [
        (SQUARE, "Write a whole number if all sides are equal, else a tuple (height, width).", "q = 4"),
        (OBLONG, "Write a whole number if all sides are equal, else a tuple (height, width).", "q = (5, 9)"),
        (LINE, "Write a whole number.", "q = 3"),
        (WHOLE, "Write the whole shape as a tuple, batch and channels included.", "q = (2, 8, 4, 5)"),
        (UNPLACED, "Write the whole shape as a tuple.", "q = (5, 7)"),
        (
            CUBE,
            "Write a whole number if all sides are equal, else a tuple (depth, height, width).",
            "q = (4, 3, 2)",
        ),
    ],
)
def test_how_it_is_asked_and_solved(asked, how, solution):
    assert (asked.posed.how, asked.key.solution) == (how, solution)
    assert asked.mark_solution().outcome == "passed"
    assert asked.posed.starter == "q = ..."


@pytest.mark.parametrize(
    ("asked", "answer", "misconception", "message"),
    [
        (
            SQUARE,
            3,
            None,
            "Count the positions of the kernel",
        ),  # forgot-plus-one, ignored-padding and others: too many to read
        (SQUARE, 7, None, "Second: This is the size of the input image"),  # or ignored-stride
        (PLAIN, 7, "answered-input-size", "This is the size of the input image"),
        (PADDED, 9, "answered-padded-size", "This is the size of the padded image"),
        (PADDED, 5, "ignored-padding", "You left out the padding"),
        (SQUARE, (1, 1, 4, 4), "answered-full-shape", "Leave out batch and channels."),
        (SQUARE, 16, "counted-elements", "This is the number of values in the output."),
        (SQUARE, (4, 4, 4), None, "The answer has 3 numbers. Write a whole number if"),
        (SQUARE, (4, 5), None, "Count the positions"),
        (SQUARE, -4, None, "Count the positions"),
        (OBLONG, (9, 5), "swapped-height-and-width", "The height comes first"),
        (OBLONG, (4, 8), "forgot-plus-one", "You counted how often the kernel moves."),
        (OBLONG, 5, "one-side-for-both", "You used the height for both sides."),
        (OBLONG, 6, None, "The answer has one number."),
        (OBLONG, 45, "counted-elements", "the number of values"),
        (LINE, 2, "forgot-plus-one", "counted how often"),
        (LINE, 4, "rounded-up", "You rounded up"),
        (WHOLE, (4, 5), "left-out-batch-and-channels", "These are only the sides of the image."),
        (WHOLE, (3, 4, 5), None, "The answer has 3 numbers."),
        (WHOLE, (2, 3, 4, 5), "kept-the-channels-that-go-in", "These are the input channels."),
        (WHOLE, (7, 3, 4, 5), None, "Count the positions"),
    ],
)
def test_wrong_answers(asked, answer, misconception, message):
    mark = asked.mark(answer)
    assert (mark.outcome, mark.share, mark.misconception) == ("failed", 0.0, misconception)
    assert message in mark.message


MALFORMED: list[Any] = [
    None,
    "4",
    "",
    True,
    [True, True],
    [],
    (),
    {},
    {"height": 4},
    float("nan"),
    float("inf"),
    [1.5, 4],
    3.5,
    [[4, 4]],
    np.zeros((0, 2)),
    np.array(["a"]),
    torch.ones(2, 2),
    torch.tensor(True),
    torch.tensor(1j),
    [None],
    b"4",
    ...,
    4 + 0j,
    {4, 5},
    Thing(),
    [Thing()],
    Shaped(),
    Squarish(),
    10**400,
    [10**400, 4],
]


@pytest.mark.parametrize("answer", MALFORMED)
def test_malformed_answers(answer):
    sentence = SQUARE.refuse(answer)
    assert sentence.startswith("`q` is ")
    assert len(sentence) < 200


def test_an_authors_misconception_comes_before_ours_of_the_same_name():
    wrong = {"ignored-stride": {"answer": "M - 1", "message": "{{ M }} less one."}}
    asked = ask(
        "output-size", layer="Conv2d(1, 1, K, stride=S)", input=[1, 1, "M", "M"], misconceptions=wrong
    )
    mark = asked.mark((6, 6))
    assert (mark.misconception, mark.message) == ("ignored-stride", "7 less one.")
    assert asked.mark(5).misconception is None


@pytest.mark.parametrize("answer", ["[M // K, M // S]", ["M // K", "M // S"]])
def test_an_authors_misconception_with_a_number_for_each_side(answer):
    wrong = {"mine": {"answer": answer, "message": "No."}}
    asked = ask("output-size", layer="Conv2d(1, 1, K)", input=[1, 1, "M", 12], misconceptions=wrong)
    assert asked.mark((2, 3)).misconception == "mine"


@pytest.mark.parametrize(
    ("layer", "answer", "misconception"),
    [
        ("Conv2d(2, 3, 2, stride=2)", (1, 3, 4, 5), "forgot-plus-one"),
        ("Conv2d(2, 3, 2, stride=2)", (1, 2, 5, 6), "kept-the-channels-that-go-in"),
        ("Conv2d(2, 3, 2, stride=2)", (1, 3, 6, 5), "swapped-height-and-width"),
        ("Conv2d(2, 3, 2, stride=2)", (5, 6), "left-out-batch-and-channels"),
        ("Conv2d(2, 3, 2, stride=2)", (3, 5, 6), None),
        ("Conv2d(2, 3, 3, padding='same')", (1, 3, 8, 11), "ignored-padding"),
        ("ConvTranspose2d(2, 3, 3, stride=2)", (1, 3, 4, 6), "used-the-formula-of-a-convolution"),
        ("MaxPool2d(3, 2, ceil_mode=True)", (1, 2, 4, 6), "ignored-ceil-mode"),
        ("Flatten()", (1, 2, 10, 13), None),
        ("Linear(13, 3)", (10, 3), None),
        ("Unfold(2)", (9,), None),
    ],
)
def test_usual_mistakes_in_a_whole_shape(layer, answer, misconception):
    asked = ask("output-size", layer=layer, input=[1, 2, 10, 13], ask="shape")
    mark = asked.mark(answer)
    assert (mark.outcome, mark.misconception) == ("failed", misconception)


def test_a_usual_mistake_in_a_shape_can_be_set_aside():
    asked = ask(
        "output-size",
        layer="Conv2d(2, 3, 2)",
        input=[1, 2, 9, 9],
        ask="shape",
        without=["kept-the-channels-that-go-in"],
    )
    assert asked.mark((1, 2, 8, 8)).misconception is None


def test_who_copies_a_whole_shape_is_not_told_of_sides_alone():
    asked = ask("output-size", layer="Conv2d(3, 8, 3)", input=[2, 3, 9, 9], ask="shape")
    assert "answered-input-size" not in {wrong.name for wrong in asked.key.wrong}
    assert asked.mark((2, 8, 9, 9)).misconception is None
    sides = ask("output-size", layer="Conv2d(3, 8, 3)", input=[2, 3, 9, 9])
    assert sides.mark((9, 9)).misconception == "answered-input-size"


def test_the_size_after_a_transposed_convolution():
    asked = ask("output-size", layer="ConvTranspose2d(1, 1, 4, stride=3, padding=1)", input=[1, 1, 5, 7])
    assert asked.mark((14, 20)).outcome == "passed"
    assert asked.mark((16, 22)).misconception == "ignored-padding"
    assert asked.mark((18, 24)).misconception == "added-padding"
    assert asked.mark((13, 19)).misconception is None


small = st.integers(1, 4)
NOTHING: dict[str, Any] = {}
OPTIONAL: dict[str, dict[str, Any]] = {
    "Conv2d(2, 3, {k}": {"stride": small, "padding": st.integers(0, 3), "dilation": st.integers(1, 2)},
    "Conv2d(2, 2, ({k}, 2), groups=2": {"stride": small, "padding": st.sampled_from(["(1, 0)", "(0, 2)"])},
    "ConvTranspose2d(2, 1, {k}": {
        "stride": st.integers(2, 4),
        "padding": st.integers(0, 2),
        "output_padding": st.just(1),
    },
    "MaxPool2d({k}": {"stride": small, "padding": st.integers(0, 2), "ceil_mode": st.booleans()},
    "AvgPool2d({k}": {"stride": small, "padding": st.integers(0, 2), "ceil_mode": st.booleans()},
    "LPPool2d(2, {k}": {"stride": small, "ceil_mode": st.booleans()},
    "AdaptiveAvgPool2d({k}": {},
    "ReflectionPad2d({k}": {},
    "ZeroPad2d(({k}, 0, -1, 2)": {},
    "Unfold({k}": {"stride": small, "padding": st.integers(0, 2), "dilation": st.integers(1, 2)},
    "Sequential(Conv2d(2, 4, {k}), nn.ReLU(), MaxPool2d(2": {},
}


@st.composite
def layers(draw):
    start = draw(st.sampled_from(sorted(OPTIONAL)))
    more = draw(st.fixed_dictionaries(NOTHING, optional=OPTIONAL[start]))
    text = start.format(k=draw(small)) + "".join(f", {key}={value}" for key, value in more.items())
    return text + ")" * (text.count("(") - text.count(")"))


@settings(deadline=None, max_examples=80)
@given(text=layers(), height=st.integers(1, 12), width=st.integers(1, 12))
def test_the_answer_is_what_torch_really_gives(text, height, width):
    shape = [2, 2, height, width]
    try:
        real = tuple(build(parse_layer(text), {})(torch.zeros(shape)).shape)
    except (RuntimeError, ValueError):
        with pytest.raises(LayerError):
            ask("output-size", layer=text, input=shape, ask="shape")
        return
    if 0 in real:  # some layers can be run on nothing, but not on torch's meta device
        return
    asked = ask("output-size", layer=text, input=shape, ask="shape")
    assert asked.mark(real).outcome == "passed"
    assert asked.mark((*real[:-1], real[-1] + 1)).outcome == "failed"
    if len(real) == 4:
        sizes = ask("output-size", layer=text, input=shape)
        assert sizes.mark(real[2:]).outcome == sizes.mark_solution().outcome == "passed"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"layer": "Conv2d(1, 1, N)"}, [("layer",)]),
        ({"layer": "Conf2d(1, 1, 1)"}, [("layer",)]),
        ({"input": [1, 1, "M +", "N"]}, [("input", 2), ("input", 3)]),
        ({"input": [2, 3]}, [("input",)]),
        ({"input": [2, 3], "ask": "shape"}, []),
        ({"prompt": "{{ N }}", "hints": ["ok", "{{"]}, [("prompt",), ("hints", 1)]),
        (
            {"misconceptions": {"m": {"answer": "N", "message": "{{ N }}"}}},
            [("misconceptions", "m", "answer"), ("misconceptions", "m", "message")],
        ),
    ],
)
def test_problems(fields, expected):
    question = record("output-size", **{"layer": "Conv2d(1, 1, K)", "input": [1, 1, "M", "M"], **fields})
    assert [problem.path for problem in question.problems(frozenset({"M", "K"}))] == expected


def test_a_size_of_what_has_none():
    with pytest.raises(LayerError, match="The output has no image dimensions"):
        ask("output-size", layer="Flatten()", input=[1, 1, 4, 4])


def test_a_dilation_that_makes_no_sense():
    with pytest.raises(LayerError):
        ask("output-size", layer="Conv2d(1, 1, 2, dilation=0)", input=[1, 1, 4, 4])


def test_the_picture_shows_the_walk_and_not_the_answer():
    asked = ask("output-size", layer="Conv2d(1, 1, 2, stride=2, padding=1)", input=[1, 1, 2, 2])
    assert drawn(asked.posed.walk) == (
        "first position   next position\n"
        "# # 0 0          0 0 # #\n# # . 0          0 . # #\n0 . . 0          0 . . 0\n0 0 0 0          0 0 0 0\n"
        "# kernel   . image   0 padding"
    )
    assert drawn(CUBE.posed.walk) is None
    assert ask("output-size", layer="Flatten()", input=[1, 1, 4, 4], ask="shape").posed.walk is None


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        ("Conv2d(2, 5, kernel_size=K)", 95),
        ("Conv2d(4, 6, K, groups=2, bias=False)", 108),
        ("ConvTranspose2d(2, 5, 3)", 95),
        ("Linear(6, 4)", 28),
        ("Sequential(Conv2d(1, 2, K), ReLU(), Linear(4, 3))", 35),
        ("Linear(100000, 100000)", 10_000_100_000),  # 40 GB, if its values had memory
    ],
)
def test_parameters_are_counted_as_torch_does(layer, count):
    asked = ask("output-size", layer=layer, ask="parameters")
    assert asked.key.solution == f"q = {count}"
    assert asked.mark(count).outcome == asked.mark(torch.tensor(count)).outcome == "passed"


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        (90, "forgot-biases"),
        (91, "one-bias-for-all"),
        (15, "ignored-kernel-size"),
        (50, "ignored-input-channels"),
        (23, "ignored-output-channels"),
        (18, "added-sizes"),
        (45, "mine"),
        (96, None),
        (0, None),
    ],
)
def test_parameters_are_miscounted(answer, misconception):
    mine = {"mine": {"answer": "5 * K * K", "message": "No."}}
    asked = ask("output-size", layer="Conv2d(2, 5, K)", ask="parameters", misconceptions=mine)
    assert (asked.mark(answer).outcome, asked.mark(answer).misconception) == ("failed", misconception)


def test_parameters_of_layers_without_bias_and_of_several():
    linear = ask("output-size", layer="Linear(6, 4, bias=False)", ask="parameters")
    assert linear.mark(28).misconception == "counted-no-bias"
    both = ask("output-size", layer="Sequential(Linear(2, 3), Linear(3, 1))", ask="parameters")
    assert both.mark(4).misconception == "counted-last-layer-alone"


def test_a_layer_without_parameters_has_none_to_count():
    with pytest.raises(LayerError, match="no parameters to count"):
        ask("output-size", layer="ReLU()", ask="parameters")
