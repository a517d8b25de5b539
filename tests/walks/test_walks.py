"""The output that the steps of a walk make is torch's, for layers of every family."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from torch import Tensor

from grader.language.layers import LayerError, apply, build, parse_layer
from grader.walks.as_written import walk_of, walks_of
from grader.walks.steps import Step, steps_of
from grader.walks.walk import Walk

MODES = ["zeros", "reflect", "replicate", "circular"]
PADS = ["Zero", "Reflection", "Replication", "Circular"]


# --- Following the steps -----------------------------------------------------------------------------------


def met(walk: Walk, step: Step, image: Tensor, state: dict[str, Tensor]) -> list[float]:
    """Return the products that meet in one value of the output."""
    inputs = [walk.fill if term.input is None else image[term.input].item() for term in step.terms]
    weights = [1 if term.weight is None else state["weight"][term.weight].item() for term in step.terms]
    return [value * weight for value, weight in zip(inputs, weights, strict=True)]


def combined(walk: Walk, values: list[float]) -> float:
    """Return what they add up to."""
    if walk.combine == "max":
        return max(values, default=-torch.inf)  # a window may cover only padding
    if walk.combine == "mean":
        return sum(values) / (walk.divisor or len(values))
    if walk.combine == "norm":
        kernel = torch.Size(axis.kernel for axis in walk.axes).numel()
        mean = sum(value**walk.power for value in values) / len(values)
        return float((max(mean, 0) * kernel) ** (1 / walk.power))
    return max(0, *values) if walk.combine == "relu" else sum(values)


def followed(walk: Walk, image: Tensor, state: dict[str, Tensor]) -> Tensor:
    """Return the output, computed step by step."""
    output = torch.full(walk.output, torch.nan, dtype=image.dtype)
    for step in steps_of(walk):
        bias = 0 if step.bias is None else state["bias"][step.bias].item()
        output[step.output] = combined(walk, met(walk, step, image, state)) + bias
    return output


# --- Layers ------------------------------------------------------------------------------------------------


@st.composite
def numbers(draw: Any, dims: int, least: int, most: int) -> Any:
    """Return one number, or one for each dimension."""
    one = st.integers(least, most)
    return draw(one | st.tuples(*[one] * dims))


@st.composite
def convolutions(draw: Any, name: str = "Conv") -> tuple[str, tuple[int, ...]]:
    dims, groups = draw(st.sampled_from([1, 2, 2, 2, 3])), draw(st.integers(1, 2))
    sizes = draw(st.tuples(*[st.integers(1, 5 if dims < 3 else 3)] * dims))
    channels = [groups * draw(st.integers(1, 2)) for _ in range(2)]
    more = {
        "stride": draw(numbers(dims, 1, 3)),
        "padding": draw(numbers(dims, 0, 2)),
        "dilation": draw(numbers(dims, 1, 2)),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    if name == "Conv":
        more["padding_mode"] = draw(st.sampled_from(MODES))
        if more["stride"] == 1 and draw(st.booleans()):
            more["padding"] = draw(st.sampled_from(["same", "valid"]))
    else:
        more["output_padding"] = draw(numbers(dims, 0, 1))
    values = ", ".join(f"{key}={value!r}" for key, value in more.items())
    kernel = draw(numbers(dims, 1, 3))
    return f"{name}{dims}d({channels[0]}, {channels[1]}, {kernel}, {values})", (2, channels[0], *sizes)


@st.composite
def poolings(draw: Any) -> tuple[str, tuple[int, ...]]:
    dims, name = draw(st.sampled_from([1, 2, 2, 3])), draw(st.sampled_from(["Max", "Avg"]))
    sizes = draw(st.tuples(*[st.integers(1, 7 if dims < 3 else 3)] * dims))
    more: dict[str, Any] = {"padding": draw(numbers(dims, 0, 1)), "ceil_mode": draw(st.booleans())}
    if draw(st.booleans()):
        more["stride"] = draw(st.none() | numbers(dims, 1, 3))
    if name == "Max":
        more["dilation"] = draw(numbers(dims, 1, 2))
    else:
        more["count_include_pad"] = draw(st.booleans())
        if dims > 1:
            more["divisor_override"] = draw(st.sampled_from([None, 3]))
    values = ", ".join(f"{key}={value!r}" for key, value in more.items())
    return f"{name}Pool{dims}d({draw(numbers(dims, 1, 3))}, {values})", (1, 2, *sizes)


@st.composite
def paddings(draw: Any) -> tuple[str, tuple[int, ...]]:
    dims, name = draw(st.integers(1, 3)), draw(st.sampled_from([*PADS, "Constant"]))
    flat = st.integers(0 if name == "Circular" else -1, 2)
    padding = draw(flat | st.tuples(*[flat] * 2 * dims))
    fill = ", 4" if name == "Constant" else ""
    return f"{name}Pad{dims}d({padding}{fill})", (1, 2, *draw(st.tuples(*[st.integers(2, 4)] * dims)))


@st.composite
def others(draw: Any) -> tuple[str, tuple[int, ...]]:
    names = ("kernel_size", "dilation", "padding", "stride")
    given_ = {name: draw(numbers(2, name != "padding", 2)) for name in names}
    unfold = f"Unfold({', '.join(f'{name}={value}' for name, value in given_.items())})"
    bias, lead = draw(st.booleans()), draw(st.sampled_from([(), (2,), (2, 3)]))
    cases: list[tuple[str, tuple[int, ...]]] = [
        (unfold, (2, 2, *draw(st.tuples(*[st.integers(2, 5)] * 2)))),
        (f"Linear(3, 2, bias={bias})", (*lead, 3)),
        ("ReLU()", (*lead, 3)),
        ("Identity()", (*lead, 3)),
    ]
    chosen: int = draw(st.integers(0, len(cases) - 1))
    return cases[chosen]


ONE = st.one_of(convolutions(), convolutions("ConvTranspose"), poolings(), paddings(), others())


def numbered(text: str, shape: tuple[int, ...], seed: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Draw whole numbers for the input and for the parameters."""
    dice = torch.Generator().manual_seed(seed)
    module = build(parse_layer(text), {})

    def whole(size: Any) -> Tensor:
        return torch.randint(-9, 10, tuple(size), generator=dice).double()

    return whole(shape), {name: whole(values.shape) for name, values in module.state_dict().items()}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@settings(deadline=None, max_examples=250)
@given(case=ONE, seed=st.integers(0, 99))
@example(case=("AvgPool2d(2, ceil_mode=True)", (1, 2, 5, 5)), seed=0)  # hangs over the edge
def test_the_steps_make_what_torch_makes(case: tuple[str, tuple[int, ...]], seed: int) -> None:
    text, shape = case
    try:
        image, state = numbered(text, shape, seed)
        wanted = apply(parse_layer(text), {}, image, state)
    except LayerError:
        assume(False)
    walk = walk_of(parse_layer(text), {}, shape)
    assert walk is not None
    assert walk.output == tuple(wanted.shape)
    assert torch.equal(followed(walk, image, state), wanted)


@pytest.mark.parametrize("ceil_mode", [True, False])
@pytest.mark.parametrize("stride", [None, 1, 2])
@pytest.mark.parametrize("size", [5, 6])
def test_the_steps_of_a_norm(size: int, stride: int | None, ceil_mode: bool) -> None:
    text, shape = f"LPPool2d(2, (2, 3), {stride}, {ceil_mode})", (1, 2, size, size)
    image, _ = numbered(text, shape, 0)
    walk = walk_of(parse_layer(text), {}, shape)
    assert walk is not None
    torch.testing.assert_close(followed(walk, image, {}), apply(parse_layer(text), {}, image))


@settings(deadline=None, max_examples=60)
@given(kernel=st.integers(1, 3), padding=st.integers(0, 2), window=st.integers(1, 3), size=st.integers(1, 7))
def test_a_sequential_is_walked_layer_by_layer(kernel: int, padding: int, window: int, size: int) -> None:
    text = (
        f"Sequential(ZeroPad2d((1, 0, 0, 2)), Conv2d(1, 2, {kernel}, padding={padding}), "
        f"Sequential(ReLU(), MaxPool2d({window})), Linear(COUNT, 2))"
    )
    count = (size + 1 + 2 * padding - kernel + 1) // window
    text, shape = text.replace("COUNT", str(count)), (1, 1, size, size)
    assume(count > 0)
    try:
        image, state = numbered(text, shape, size)
        wanted = apply(parse_layer(text), {}, image, state)
    except LayerError:
        assume(False)
    walks = walks_of(parse_layer(text), {}, shape)
    parts = [("", ""), ("1.", ""), ("", ""), ("", ""), ("3.", "")]
    for walk, (name, _) in zip(walks, parts, strict=True):
        assert walk.input == tuple(image.shape)
        own = {key.removeprefix(name): values for key, values in state.items() if name and name in key}
        image = followed(walk, image, own)
    assert torch.equal(image, wanted)
    assert walk_of(parse_layer(text), {}, shape) is None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Sequential()", (1, 1, 4, 4)),
        ("Sequential(Conv2d(1, 1, 2), Flatten())", (1, 1, 4, 4)),
        ("AdaptiveMaxPool2d(2)", (1, 1, 4, 4)),
        ("Linear(3, 2)", (1, 4)),
        ("ZeroPad2d(1)", (4, 4)),
        ("CircularPad2d((1, 0, -1, 0))", (1, 1, 4, 4)),
        ("ZeroPad2d((1, 2, 3))", (1, 1, 4, 4)),
        ("Unfold(2)", (4, 4)),
        ("MaxPool2d(0)", (1, 1, 4, 4)),
        ("AvgPool2d(2, stride=0)", (1, 1, 4, 4)),
    ],
)
def test_what_has_no_walk(text: str, shape: tuple[int, ...]) -> None:
    assert walks_of(parse_layer(text), {}, shape) == ()


def test_a_step_names_what_meets() -> None:
    walk = walk_of(parse_layer("Conv2d(1, 1, 2, padding=1)"), {}, (1, 1, 2, 2))
    assert walk is not None
    first = next(steps_of(walk))
    assert first.output == (0, 0, 0, 0)
    assert [term.input for term in first.terms] == [None, None, None, (0, 0, 0, 0)]
    assert [term.weight for term in first.terms] == [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 1, 1)]
    assert first.bias == 0


@settings(deadline=None, max_examples=60)
@given(case=ONE)
def test_a_walk_is_stored_as_data(case: tuple[str, tuple[int, ...]]) -> None:
    walk = walk_of(parse_layer(case[0]), {}, case[1])
    form = TypeAdapter(Walk | None)
    assert form.validate_json(form.dump_json(walk)) == walk


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("Conv2d(1, 1, 2)", "kernel"),
        ("ConvTranspose2d(1, 1, 2)", "kernel"),
        ("MaxPool2d(2)", "window"),
        ("AvgPool2d(2)", "window"),
        ("Unfold(2)", "window"),
        ("ZeroPad2d(2)", ""),
        ("ReLU()", ""),
    ],
)
def test_what_moves_has_the_name_of_its_family(text: str, noun: str) -> None:
    walk = walk_of(parse_layer(text), {}, (1, 1, 4, 4))
    assert walk is not None
    assert walk.noun == noun
