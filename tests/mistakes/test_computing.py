"""Each usual wrong output against the same mistake made in plain loops over small whole numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.language.layers import apply, build, parse_layer
from grader.mistakes.computing import value_mistakes
from grader.mistakes.transposed import _overlaps
from grader.walks.axis import Axis

# --- The loops ---------------------------------------------------------------------------------------------


def each(value: Any, count: int) -> list[int]:
    return list(value) if isinstance(value, tuple) else [value] * count


def read(image: Tensor, place: list[int], outside: str) -> float | None:
    """Return the value at (n, c, ...); beyond the edge 0, None for nothing, or the value on the edge."""
    sizes = image.shape[2:]
    inside = [min(max(i, 0), size - 1) for i, size in zip(place[2:], sizes, strict=True)]
    if inside == place[2:] or outside == "edge":
        return image[(*place[:2], *inside)].item()
    return 0.0 if outside == "zeros" else None


def walk(
    image: Tensor, kernel: tuple[int, ...], *, stride: Any = 1, padding: Any = 0, dilation: Any = 1
) -> Any:
    """Yield each place, with the cells under the kernel: (place, [(cell of the kernel, cell of the image), ...])."""
    count = len(kernel)
    s, p, d = each(stride, count), each(padding, count), each(dilation, count)
    rooms = [image.shape[2 + a] + 2 * p[a] - d[a] * (kernel[a] - 1) - 1 for a in range(count)]
    for place in product(*(range(rooms[a] // s[a] + 1) for a in range(count))):
        cells = [
            (k, [place[a] * s[a] - p[a] + d[a] * k[a] for a in range(count)])
            for k in product(*(range(size) for size in kernel))
        ]
        yield place, cells


def gather(values: dict[tuple[int, ...], float], like: Tensor) -> Tensor:
    """Return a tensor of values by their indices."""
    shape = [max(index[a] for index in values) + 1 for a in range(len(next(iter(values))))]
    assert len(values) == torch.Size(shape).numel()
    flat = [float(values[index]) for index in product(*map(range, shape))]
    return torch.tensor(flat, dtype=like.dtype).reshape(shape)


def convolved(
    image: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *,
    groups: int = 1,
    outside: str = "zeros",
    combine: Any = sum,
    cell: Any = lambda k, size: k,
    channels: Any = lambda c: c,
    **numbers: Any,
) -> Tensor:
    """Return a convolution, or what it becomes with another way to read the kernel or to combine the products."""
    kernel = tuple(weight.shape[2:])
    per_group_in, per_group_out = weight.shape[1], weight.shape[0] // groups
    values = {}
    for n, o in product(range(len(image)), range(weight.shape[0])):
        for place, cells in walk(image, kernel, **numbers):
            products = [
                weight[(o, c, *cell(k, kernel))].item()
                * float(read(image, [n, o // per_group_out * per_group_in + c, *where], outside) or 0)
                for c in channels(range(per_group_in))
                for k, where in cells
            ]
            values[n, o, *place] = combine(products) + (0 if bias is None else bias[o].item())
    return gather(values, image)


def pooled(
    image: Tensor, kernel: tuple[int, ...], combine: Any, outside: str = "none", **numbers: Any
) -> Tensor:
    values = {}
    for n, c in product(range(len(image)), range(image.shape[1])):
        for place, cells in walk(image, kernel, **numbers):
            found = [read(image, [n, c, *where], outside) for _, where in cells]
            values[n, c, *place] = combine([value for value in found if value is not None])
    return gather(values, image)


def laid_out(
    image: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    more: Any = 0,
    groups: int = 1,
    overwrite: bool = False,
    turn: bool = False,
) -> Tensor:
    """Return a transposed convolution, place by place from the top left."""
    kernel, sizes = weight.shape[2:], image.shape[2:]
    count = len(kernel)
    s, p, d, m = (each(value, count) for value in (stride, padding, dilation, more))
    full = [(sizes[a] - 1) * s[a] + d[a] * (kernel[a] - 1) + 1 + m[a] for a in range(count)]
    each_in, each_out = weight.shape[0] // groups, weight.shape[1]
    values = {}
    for n, o in product(range(len(image)), range(each_out * groups)):
        canvas = dict.fromkeys(product(*map(range, full)), 0.0)
        for place in product(*map(range, sizes)):
            for k in product(*map(range, kernel)):
                at = tuple(place[a] * s[a] + d[a] * k[a] for a in range(count))
                read_at = tuple(kernel[a] - 1 - k[a] for a in range(count)) if turn else k
                stamp = sum(
                    image[(n, c, *place)].item() * weight[(c, o % each_out, *read_at)].item()
                    for c in range(o // each_out * each_in, (o // each_out + 1) * each_in)
                )
                canvas[at] = stamp if overwrite else canvas[at] + stamp
        for at in product(*(range(full[a] - 2 * p[a]) for a in range(count))):
            value = canvas[tuple(at[a] + p[a] for a in range(count))]
            values[n, o, *at] = value + (0 if bias is None else bias[o].item())
    return gather(values, image)


def turned(k: Any, kernel: Any) -> tuple[int, ...]:
    return tuple(size - 1 - i for i, size in zip(k, kernel, strict=True))


def exchanged(k: Any, _: Any) -> tuple[int, ...]:
    return (*k[:-2], k[-1], k[-2])


def mean(numbers: list[float]) -> float:
    return float(sum(map(Fraction, numbers)) / len(numbers))


# --- What is asked -----------------------------------------------------------------------------------------


def drawn(text: str, shape: tuple[int, ...], seed: int = 0) -> tuple[Tensor, dict[str, Tensor]]:
    """Draw whole numbers for the image and for the layer's parameters."""
    dice = torch.Generator().manual_seed(seed)
    state = build(parse_layer(text), {}).state_dict()

    def draw(size: Any) -> Tensor:
        return torch.randint(-5, 6, size, generator=dice).double()

    return draw(shape), {name: draw(value.shape) for name, value in state.items()}


def wrongs(text: str, image: Tensor, state: dict[str, Tensor]) -> dict[str, Tensor]:
    found = list(value_mistakes(parse_layer(text), {"S": 2}, image, state))
    usual = [slip for slip in found if not slip.is_rare]
    assert len({slip.name for slip in usual}) == len(usual)
    for _, message, values, *_ in found:
        assert values.dtype == image.dtype
        assert not values.requires_grad
        assert message.endswith(".")
        assert not any(letter.isdigit() for letter in message)
    return {slip.name: slip.answer for slip in usual}


def rare(text: str, image: Tensor, state: dict[str, Tensor], name: str) -> list[Tensor]:
    found = value_mistakes(parse_layer(text), {"S": 2}, image, state)
    return [slip.answer for slip in found if slip.is_rare and slip.name == name]


def hold(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        assert torch.allclose(found[name], values, rtol=1e-12, atol=1e-12), name


# --- Convolutions ------------------------------------------------------------------------------------------

WALKS: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    ("Conv1d(2, 3, 3{})", (2, 2, 8), {"stride": 2, "padding": 1}),
    ("Conv1d(2, 2, 2{})", (1, 2, 9), {"stride": 3, "dilation": 2, "groups": 2}),
    ("Conv2d(1, 1, 3{})", (1, 1, 6, 6), {}),
    ("Conv2d(1, 2, 3, bias=False{})", (1, 1, 6, 5), {"padding": 1}),
    ("Conv2d(2, 1, (2, 3){})", (1, 2, 6, 7), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}),
    ("Conv2d(4, 4, 2{})", (2, 4, 5, 5), {"stride": 2, "padding": 1, "groups": 2}),
    ("Conv2d(3, 2, 1{})", (1, 3, 4, 4), {"stride": 2}),
    ("Conv3d(1, 1, 2{})", (1, 1, 4, 5, 4), {"stride": 2, "padding": 1}),
]


def conv_wrongs(
    image: Tensor, weight: Tensor, bias: Tensor | None, numbers: dict[str, Any]
) -> dict[str, Tensor]:
    """Return all usual mistakes with a convolution without padding_mode, applicable or not."""

    def wrong(
        given: Tensor = image, kernel: Tensor = weight, b: Tensor | None = bias, **changed: Any
    ) -> Tensor:
        return convolved(given, kernel, b, **{**numbers, **changed})

    count, groups = weight.dim() - 2, numbers.get("groups", 1)
    padding = each(numbers.get("padding", 0), count)
    inner = tuple(slice(p, size - p) for p, size in zip(padding, image.shape[2:], strict=True))
    cropped = image[(slice(None), slice(None), *inner)]
    expected = {
        "flipped-kernel": wrong(cell=turned),
        "forgot-bias": wrong(b=None),
        "max-for-sum": wrong(combine=max),
        "mean-for-sum": wrong(combine=mean),
        "padded-with-edge": wrong(outside="edge"),
        "ignored-padding": wrong(padding=0),
        "wrong-corner-first": from_the_end(image, weight, bias, **numbers),
        "channel-sum-forgotten": wrong(channels=lambda found: found[:1]),
        "groups-ignored": wrong(kernel=torch.cat([weight] * groups, 1), groups=1),
        "ignored-stride": wrong(stride=1),
        "ignored-dilation": wrong(dilation=1),
    }
    if all(size >= k for size, k in zip(cropped.shape[2:], weight.shape[2:], strict=True)):
        expected["cropped-instead-of-padded"] = wrong(cropped, padding=0)
    if count > 1 and weight.shape[-1] == weight.shape[-2]:
        expected["transposed-kernel"] = wrong(cell=exchanged)
    return expected


def from_the_end(image: Tensor, weight: Tensor, bias: Tensor | None, **numbers: Any) -> Tensor:
    """Return the places with stride 1 that are whole steps from the last one."""
    everywhere = convolved(image, weight, bias, **{**numbers, "stride": 1})
    for dim, step in enumerate(each(numbers.get("stride", 1), weight.dim() - 2), 2):
        last = everywhere.shape[dim] - 1
        kept = sorted(range(last, -1, -step))
        everywhere = everywhere.index_select(dim, torch.tensor(kept))
    return everywhere


def conv_names(image: Tensor, weight: Tensor, bias: Tensor | None, numbers: dict[str, Any]) -> set[str]:
    """Return those that apply."""
    count = weight.dim() - 2
    stride, padding, dilation = (
        each(numbers.get(name, default), count)
        for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    kernel = weight.shape[2:]
    rooms = [image.shape[2 + a] + 2 * padding[a] - dilation[a] * (kernel[a] - 1) - 1 for a in range(count)]
    applies = {
        "flipped-kernel": max(kernel) > 1,
        "transposed-kernel": max(kernel) > 1,
        "forgot-bias": bias is not None,
        "max-for-sum": weight[0].numel() > 1,
        "mean-for-sum": weight[0].numel() > 1,
        "padded-with-edge": any(padding),
        "ignored-padding": any(padding),
        "cropped-instead-of-padded": any(padding),
        "wrong-corner-first": any(room % s for room, s in zip(rooms, stride, strict=True)),
        "channel-sum-forgotten": weight.shape[1] > 1,
        "groups-ignored": "groups" in numbers,
        "ignored-stride": max(stride) > 1,
        "ignored-dilation": max(dilation) > 1,
    }
    return {name for name, does in applies.items() if does}


@pytest.mark.parametrize(("start", "shape", "numbers"), WALKS)
def test_convolutions(start, shape, numbers):
    text = start.format("".join(f", {name}={value}" for name, value in numbers.items()))
    image, state = drawn(text, shape)
    weight, bias = state["weight"], state.get("bias")
    right = apply(parse_layer(text), {}, image, state)
    assert torch.equal(right, convolved(image, weight, bias, **numbers))  # check that the loops are right
    names = conv_names(image, weight, bias, numbers)
    expected = {
        name: values for name, values in conv_wrongs(image, weight, bias, numbers).items() if name in names
    }
    hold(wrongs(text, image, state), expected)


def test_another_padding_mode_is_mistaken_for_zeros():
    text = "Conv2d(1, 1, 3, padding=1, padding_mode='replicate')"
    image, state = drawn(text, (1, 1, 5, 4))
    found = wrongs(text, image, state)
    assert "padded-with-edge" not in found
    weight, bias = state.values()
    assert torch.equal(found["padded-with-zeros"], convolved(image, weight, bias, padding=1))
    assert torch.equal(
        found["flipped-kernel"], convolved(image, weight, bias, padding=1, outside="edge", cell=turned)
    )
    assert torch.equal(
        found["max-for-sum"], convolved(image, weight, bias, padding=1, outside="edge", combine=max)
    )


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("kernel", [2, 3, 4])
def test_padding_that_keeps_the_size(kernel):
    text = f"Conv2d(1, 1, {kernel}, padding='same', dilation=2)"
    image, state = drawn(text, (1, 1, 6, 6))
    found = wrongs(text, image, state)
    weight, bias = state.values()
    sides = {"padding": kernel - 1}
    assert torch.equal(
        found["flipped-kernel"], convolved(image, weight, bias, dilation=2, cell=turned, **sides)
    )
    assert torch.equal(
        found["padded-with-edge"], convolved(image, weight, bias, dilation=2, outside="edge", **sides)
    )
    undilated = apply(parse_layer(text.replace("dilation=2", "dilation=1")), {}, image, state)
    assert torch.equal(found["ignored-dilation"], undilated)
    assert ("ignored-padding" in found) == (kernel < 4)  # a kernel that spans more than the image


def test_padding_valid_is_none():
    text = "Conv2d(1, 1, 2, padding='valid')"
    assert set(wrongs(text, *drawn(text, (1, 1, 3, 3)))) == {
        "flipped-kernel",
        "transposed-kernel",
        "forgot-bias",
        "max-for-sum",
        "mean-for-sum",
    }


@pytest.mark.parametrize(
    ("text", "shape", "absent"),
    [
        (
            "Conv2d(1, 1, 1)",
            (1, 1, 3, 3),
            {"flipped-kernel", "transposed-kernel", "max-for-sum", "mean-for-sum"},
        ),
        ("Conv2d(1, 1, (2, 3))", (1, 1, 4, 4), {"transposed-kernel"}),
        ("Conv2d(1, 1, 2, bias=False)", (1, 1, 4, 4), {"forgot-bias"}),
        ("Conv2d(1, 1, 3, padding=1)", (1, 1, 4, 4), {"cropped-instead-of-padded"}),  # torch refuses
        ("Conv2d(1, 1, 3, padding=2)", (1, 1, 3, 3), {"cropped-instead-of-padded"}),  # nothing is left
        ("Conv2d(1, 1, 3, padding=1)", (1, 1, 2, 2), {"ignored-padding", "cropped-instead-of-padded"}),
        ("Conv2d(1, 1, 2, stride=2)", (1, 1, 4, 4), {"wrong-corner-first"}),
        ("Conv2d(1, 1, 3, stride=2)", (1, 1, 3, 3), {"ignored-stride"}),  # no room to move
        ("Conv2d(1, 1, 1, dilation=2)", (1, 1, 3, 3), {"ignored-dilation"}),
        ("Conv2d(2, 2, 2, groups=2)", (1, 2, 3, 3), {"channel-sum-forgotten"}),
        ("Conv2d(2, 2, 2)", (1, 2, 3, 3), {"groups-ignored"}),
        ("Conv2d(64, 64, 3)", (1, 64, 14, 14), {"max-for-sum"}),  # five million products
    ],
)
def test_what_cannot_happen(text, shape, absent):
    assert not absent & set(wrongs(text, *drawn(text, shape)))


def test_agreement_with_the_right_values_is_for_the_caller_to_see():
    image, ones = torch.ones(1, 1, 4, 4), {"weight": torch.ones(1, 1, 2, 2), "bias": torch.zeros(1)}
    found = wrongs("Conv2d(1, 1, 2)", image, ones)
    assert torch.equal(found["flipped-kernel"], torch.full((1, 1, 3, 3), 4.0))
    assert torch.equal(found["flipped-kernel"], found["forgot-bias"])


# --- Transposed convolutions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "shape", "numbers"),
    [
        ("ConvTranspose1d(1, 1, 3{})", (1, 1, 4), {"stride": 2}),
        ("ConvTranspose1d(2, 3, 2{})", (2, 2, 5), {"stride": 2, "dilation": 3, "padding": 1}),
        ("ConvTranspose2d(1, 1, 3{})", (1, 1, 3, 4), {}),
        (
            "ConvTranspose2d(1, 2, 3, bias=False{})",
            (1, 1, 3, 3),
            {"stride": 2, "padding": 1, "output_padding": 1},
        ),
        ("ConvTranspose2d(4, 4, (2, 3){})", (2, 4, 3, 3), {"stride": (1, 2), "groups": 2}),
        ("ConvTranspose2d(2, 2, 2{})", (1, 2, 3, 3), {"stride": 2}),
        ("ConvTranspose3d(1, 2, 2{})", (1, 1, 2, 3, 2), {"padding": 1}),
    ],
)
def test_transposed_convolutions(start, shape, numbers):
    text = start.format("".join(f", {name}={value}" for name, value in numbers.items()))
    image, state = drawn(text, shape)
    weight, bias = state["weight"], state.get("bias")
    more = {("more" if name == "output_padding" else name): value for name, value in numbers.items()}
    plain = {name: value for name, value in more.items() if name != "more"}
    right = laid_out(image, weight, bias, **more)
    assert torch.equal(apply(parse_layer(text), {}, image, state), right)
    expected = {
        "flipped-kernel": laid_out(image, weight, bias, **more, turn=True),
        "forgot-bias": laid_out(image, weight, None, **more),
        "ignored-stride": laid_out(image, weight, bias, **{**more, "stride": 1}),
        "ignored-padding": laid_out(image, weight, bias, **{**more, "padding": 0}),
        "overlaps-overwritten": laid_out(image, weight, bias, **more, overwrite=True),
    }
    overlapping = not torch.equal(expected["overlaps-overwritten"], right)
    absent = {
        "forgot-bias": bias is None,
        "ignored-stride": "stride" not in numbers or "more" in more,  # torch refuses the output_padding
        "ignored-padding": "padding" not in numbers,
        "overlaps-overwritten": not overlapping,
    }
    found = wrongs(text, image, state)
    ordinary = found.pop("convolved-instead", None)
    hold(found, {name: values for name, values in expected.items() if not absent.get(name)})
    padding, dilation = (
        each(plain.get(n, v), weight.dim() - 2) for n, v in (("padding", 0), ("dilation", 1))
    )
    fits = all(
        size + 2 * p >= d * (k - 1) + 1
        for size, p, d, k in zip(shape[2:], padding, dilation, weight.shape[2:], strict=True)
    )
    assert (ordinary is not None) == fits
    if ordinary is not None:
        assert torch.equal(
            ordinary, convolved(image, by_output(weight, numbers.get("groups", 1)), bias, **plain)
        )


def by_output(weight: Tensor, groups: int) -> Tensor:
    """Return a transposed convolution's weight as a convolution lists it."""
    return torch.cat([part.transpose(0, 1) for part in weight.chunk(groups)])


def test_a_transposed_convolution_that_is_a_convolution():
    text = "ConvTranspose2d(1, 1, 1)"
    assert set(wrongs(text, *drawn(text, (1, 1, 3, 3)))) == {"forgot-bias"}


# --- Pooling -----------------------------------------------------------------------------------------------

POOLS: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2,), (1, 2, 7), {}),
    ((3,), (2, 1, 7), {"stride": 2, "padding": 1}),
    ((2, 2), (1, 1, 5, 6), {}),
    ((3, 2), (1, 2, 5, 6), {"stride": (1, 2), "padding": (1, 0)}),
    ((3, 3), (1, 1, 6, 6), {"stride": 2, "padding": 1}),
    ((2, 2, 2), (1, 1, 4, 4, 4), {"stride": 2, "padding": 1}),
]


def pool_text(name: str, kernel: tuple[int, ...], numbers: dict[str, Any]) -> str:
    more = "".join(f", {key}={value}" for key, value in numbers.items())
    return f"{name}{len(kernel)}d({kernel if len(kernel) > 1 else kernel[0]}{more})"


def applicable(expected: dict[str, Tensor], numbers: dict[str, Any]) -> dict[str, Tensor]:
    of_padding = {"padded-with-zeros", "ignored-padding", "divided-by-inside-only", "divided-by-whole-window"}
    return {
        name: values for name, values in expected.items() if "padding" in numbers or name not in of_padding
    }


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize(("kernel", "shape", "numbers"), POOLS)
def test_max_pooling(kernel, shape, numbers, dilation):
    text = pool_text("MaxPool", kernel, {**numbers, "dilation": dilation})
    image, _ = drawn(text, shape)
    image -= 4  # mostly negative, so that zeros around it win
    walked = {"stride": kernel, "dilation": dilation, **numbers}
    assert torch.equal(apply(parse_layer(text), {}, image), pooled(image, kernel, max, **walked))
    expected = {
        "mean-for-max": pooled(image, kernel, mean, "zeros", **walked),
        "min-for-max": pooled(image, kernel, min, **walked),
        "sum-for-max": pooled(image, kernel, sum, **walked),
        "padded-with-zeros": pooled(image, kernel, max, "zeros", **walked),
        "ignored-stride": pooled(image, kernel, max, **{**walked, "stride": 1}),
        "ignored-padding": pooled(image, kernel, max, **{**walked, "padding": 0}),
    }
    if dilation > 1:
        expected["ignored-dilation"] = pooled(image, kernel, max, **{**walked, "dilation": 1})
    hold(wrongs(text, image, {}), applicable(expected, numbers))


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("kernel", "shape", "numbers"), POOLS)
def test_average_pooling(kernel, shape, numbers, counted):
    text = pool_text("AvgPool", kernel, {**numbers, "count_include_pad": counted})
    image, _ = drawn(text, shape)
    walked = {"stride": kernel, **numbers}
    outside, other = ("zeros", "none") if counted else ("none", "zeros")
    assert torch.allclose(
        apply(parse_layer(text), {}, image), pooled(image, kernel, mean, outside, **walked), atol=1e-12
    )
    divided = "divided-by-inside-only" if counted else "divided-by-whole-window"
    expected = {
        "sum-for-mean": pooled(image, kernel, sum, **walked),
        "max-for-mean": pooled(image, kernel, max, **walked),
        divided: pooled(image, kernel, mean, other, **walked),
        "ignored-stride": pooled(image, kernel, mean, outside, **{**walked, "stride": 1}),
        "ignored-padding": pooled(image, kernel, mean, outside, **{**walked, "padding": 0}),
    }
    hold(wrongs(text, image, {}), applicable(expected, numbers))


@pytest.mark.parametrize("size", [5, 6, 7, 8])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 2, 1), (2, 3, 1), (3, 3, 0), (2, 2, 1)])
def test_pooling_that_hangs_over_the_edge(size, kernel, stride, padding):
    walked = f"2d({kernel}, {stride}, {padding}, ceil_mode=True)"
    image, _ = drawn("MaxPool" + walked, (1, 1, size, size))
    from_max, from_mean = (wrongs(name + walked, image, {}) for name in ("MaxPool", "AvgPool"))
    highest, average = (apply(parse_layer(name + walked), {}, image) for name in ("MaxPool", "AvgPool"))
    assert torch.equal(from_mean["max-for-mean"], highest)
    assert torch.allclose(from_max["mean-for-max"], average)
    assert torch.equal(from_max["min-for-max"], -apply(parse_layer("MaxPool" + walked), {}, -image))
    if padding:
        inside = apply(parse_layer("AvgPool" + walked.replace(")", ", count_include_pad=False)")), {}, image)
        assert torch.allclose(from_mean["divided-by-inside-only"], inside)


def test_a_divisor_of_the_authors_own():
    image, _ = drawn("AvgPool2d(2)", (1, 1, 4, 4))
    found = wrongs("AvgPool2d(2, stride=S, padding=1, divisor_override=3)", image, {})
    assert set(found) == {"sum-for-mean", "max-for-mean", "ignored-stride", "ignored-padding"}
    assert torch.equal(found["ignored-padding"], pooled(image, (2, 2), sum, stride=2) / 3)
    assert "sum-for-mean" not in wrongs("AvgPool2d(2, divisor_override=1)", image, {})


@pytest.mark.parametrize("name", ["MaxPool", "AvgPool"])
def test_a_window_of_one_cell(name):
    text = f"{name}2d(1, stride=S)"
    assert set(wrongs(text, torch.rand(1, 1, 4, 4), {})) == {"ignored-stride"}
    assert not wrongs(f"{name}2d(1)", torch.rand(1, 1, 4, 4), {})


def test_nothing_of_the_padding_stays():
    for text in ("MaxPool2d(3, padding=1)", "MaxPool2d(2, ceil_mode=True)"):
        found = wrongs(text, drawn(text, (1, 1, 5, 5))[0], {})
        assert all(values.abs().max() < inf for values in found.values())


# --- Other layers, and what holds for all ------------------------------------------------------------------


def test_linear():
    text = "Linear(3, 3)"
    image, state = drawn(text, (2, 3))
    weight, bias = (state[name].tolist() for name in ("weight", "bias"))
    rows = image.tolist()
    forgot = [[sum(x * w for x, w in zip(row, line, strict=True)) for line in weight] for row in rows]
    down = [[sum(row[i] * weight[i][o] for i in range(3)) + bias[o] for o in range(3)] for row in rows]
    hold(
        wrongs(text, image, state),
        {"forgot-bias": torch.tensor(forgot).double(), "transposed-weight": torch.tensor(down).double()},
    )
    assert set(wrongs("Linear(3, 2)", *drawn("Linear(3, 2)", (3,)))) == {"forgot-bias"}
    assert not wrongs("Linear(3, 2, bias=False)", *drawn("Linear(3, 2, bias=False)", (1, 3)))


@pytest.mark.parametrize("text", ["ReLU()", "ReLU(inplace=True)"])
def test_relu(text):
    image = torch.tensor([[-2.0, 0.0, 3.0]])
    hold(wrongs(text, image, {}), {"absolute-value": torch.tensor([[2.0, 0.0, 3.0]])})
    assert image.tolist() == [[-2.0, 0.0, 3.0]]


@pytest.mark.parametrize(
    "text",
    [
        "Sequential(Conv2d(1, 1, 2), ReLU())",
        "Flatten()",
        "Identity()",
        "LPPool2d(2, 2)",
        "ZeroPad2d(1)",
        "Upsample(8)",
    ],
)
def test_layers_that_nothing_is_known_of(text):
    assert not wrongs(text, *drawn(text, (1, 1, 4, 4)))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize(
    "text",
    [
        "Conv2d(2, 2, 3, 2, 1, groups=2)",
        "ConvTranspose2d(2, 2, 3, 2)",
        "MaxPool2d(3, 2, 1)",
        "AvgPool2d(3, 2, 1)",
    ],
)
def test_the_type_of_the_image_is_kept(text, dtype):
    image, state = drawn(text, (1, 2, 6, 6))
    exact = wrongs(text, image, state)
    found = wrongs(text, image.to(dtype), {name: values.float() for name, values in state.items()})
    assert set(found) == set(exact)
    for name, values in found.items():
        assert torch.allclose(values.double(), exact[name], rtol=1e-2, atol=1e-2), name


@pytest.mark.parametrize(
    "text", ["Conv2d(2, 1, 2, padding=1)", "ConvTranspose2d(2, 1, 2)", "MaxPool2d(2)", "AvgPool2d(2)"]
)
def test_an_image_without_a_batch(text):
    image, state = drawn(text, (2, 5, 5))
    with_batch = wrongs(text, image.unsqueeze(0), state)
    hold(wrongs(text, image, state), {name: values.squeeze(0) for name, values in with_batch.items()})


def test_nothing_is_changed_on_the_way():
    text = "Conv2d(1, 1, 3, stride=S, padding=1)"
    image, state = drawn("Conv2d(1, 1, 3)", (1, 1, 6, 6))
    state["weight"].requires_grad_()
    before = [image.clone(), *(values.clone() for values in state.values())]
    dice = torch.get_rng_state()
    found = value_mistakes(parse_layer(text), {"S": 2}, image, state)
    for _, _, values, _ in found:
        assert torch.is_grad_enabled()
        assert not values.requires_grad
        values.zero_()  # shares nothing with what went in
    assert torch.equal(dice, torch.get_rng_state())
    assert all(map(torch.equal, before, [image, *state.values()]))


@given(size=st.integers(1, 6), kernel=st.integers(1, 6), stride=st.integers(1, 6), dilation=st.integers(1, 6))
@settings(deadline=None, max_examples=300)
def test_copies_of_a_kernel_overlap_where_two_cells_land_on_one(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    landings = [place * stride + cell * dilation for place in range(size) for cell in range(kernel)]
    axis = Axis(size, kernel, stride, 0, dilation)
    assert _overlaps(axis) == (len(set(landings)) < len(landings))


RARE_IMAGE = torch.tensor([[[[1.0, -2.0, 0.0], [0.0, 3.0, 1.0], [2.0, 0.0, -5.0]]]])
RARE_STATE = {"weight": torch.tensor([[[[2.0, 1.0], [0.0, -1.0]]]]), "bias": torch.tensor([1.0])}


@pytest.mark.parametrize(
    ("name", "settings", "shapes"),
    [
        ("padded-to-same-size", "", [(1, 1, 3, 3)]),
        ("let-kernel-hang-over", "", [(1, 1, 4, 4)]),
        ("laid-side-by-side", "", []),
        ("padded-once", ", padding=1", [(1, 1, 3, 3), (1, 1, 3, 3)]),
        ("strided-one-way", ", stride=2, padding=1", [(1, 1, 2, 4), (1, 1, 4, 2)]),
        ("began-at-one", ", stride=2, padding=1", [(1, 1, 2, 2)]),
        ("bias-for-each-product", "", [(1, 1, 2, 2)]),
        ("subtracted-bias", "", [(1, 1, 2, 2)]),
        ("dropped-signs", "", [(1, 1, 2, 2)]),
        ("swapped-rows-and-columns", "", [(1, 1, 2, 2)]),
        ("answered-the-image", "", [(1, 1, 3, 3)]),
        ("answered-kernel-size", "", []),
    ],
)
def test_mistakes_that_are_not_so_usual(name, settings, shapes):
    found = rare(f"Conv2d(1, 1, 2{settings})", RARE_IMAGE, RARE_STATE, name)
    assert [tuple(values.shape) for values in found] == shapes


def test_an_output_of_one_number_may_be_as_large_as_the_kernel():
    state = {"weight": torch.zeros(1, 1, 2, 2), "bias": torch.tensor([3.0])}
    (values,) = rare("Conv2d(1, 1, 2)", RARE_IMAGE.repeat(1, 1, 1, 2), state, "answered-kernel-size")
    assert torch.equal(values, torch.full((1, 1, 2, 2), 3.0))


def test_a_pool_that_looks_at_sizes_without_signs():
    image = torch.tensor([[[[-9.0, 1.0], [2.0, 0.0]]]])
    found = rare("MaxPool2d(2)", image, {}, "largest-magnitude")
    assert [values.item() for values in found] == [-9, 9]
    assert rare("MaxPool2d(2)", -image.abs() - 1, {}, "never-below-zero")[0].item() == 0
