"""Read the walk of a layer as it is written in a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from grader.language.layers import Layer, arguments_of
from grader.walks.axis import Axes, Axis
from grader.walks.walk import Combine, Outside, Walk

Arguments = Mapping[str, Any]
Shape = tuple[int, ...]

_COUNTED = ("convolution", "transposed convolution", "pooling")
_PADDINGS: dict[str, Outside] = {
    "Zero": "constant",
    "Constant": "constant",
    "Reflection": "reflect",
    "Replication": "replicate",
    "Circular": "circular",
}


def walks_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[Walk, ...]:
    """Read the walk of a layer on an input (N, C, ...), or of each layer of a Sequential in turn.

    It is empty for a layer that computes in another way, and for an input shape that no such layer accepts.
    A layer that torch refuses for other reasons may still have one.
    """
    found: list[Walk] = []
    for one in layer.flat():
        read = _READERS.get(one.name, _unknown)
        walk = read(arguments_of(one, params), found[-1].output if found else tuple(shape))
        if walk is None:
            return ()
        found.append(walk)
    return tuple(found)


def walk_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> Walk | None:
    """Read the walk of a layer that is not a Sequential; None if it has none."""
    walks = () if layer.children else walks_of(layer, params, shape)
    return walks[0] if walks else None


def output_of(walk: Walk | None) -> Shape | None:
    """Count the whole output shape; None for a layer without a moving kernel or window."""
    return walk.output if walk and walk.family in _COUNTED else None


def _convolution(given: Arguments, shape: Shape, dims: int) -> Walk | None:
    axes = _axes(given, shape, dims)
    if not axes:
        return None
    mode = given.get("padding_mode", "zeros")
    return Walk(
        family="transposed convolution" if axes[0].transposed else "convolution",
        input=shape,
        channels=given.get("out_channels", shape[1]),
        axes=axes,
        combine="sum",
        groups=given.get("groups", 1),
        bias=bool(given.get("bias", True)),
        outside="constant" if mode == "zeros" else mode,
    )


def _transposed(given: Arguments, shape: Shape, dims: int) -> Walk | None:
    return _convolution({"output_padding": 0, **given}, shape, dims)


def _pool(given: Arguments, shape: Shape, dims: int, combine: Combine) -> Walk | None:
    stride = given.get("stride")  # by default the size of the window
    axes = _axes({**given, "stride": given.get("kernel_size") if stride is None else stride}, shape, dims)
    if not axes:
        return None
    counts_padding = combine == "mean" and bool(given.get("count_include_pad", True))
    return Walk(
        family="pooling",
        input=shape,
        channels=shape[1],
        axes=axes,
        combine=combine,
        outside="constant" if counts_padding else "nothing",
        divisor=given.get("divisor_override"),
        power=_number(given.get("norm_type"), 1.0),
    )


def _unfold(given: Arguments, shape: Shape, dims: int) -> Walk | None:
    axes = _axes(given, shape, dims)
    return Walk(family="unfold", input=shape, channels=shape[1], axes=axes) if axes else None


def _padding(given: Arguments, shape: Shape, dims: int, outside: Outside) -> Walk | None:
    flat = per_axis(given.get("padding"), 2 * dims)
    if flat is None or len(shape) != dims + 2 or (outside == "circular" and min(flat) < 0):
        return None  # torch may repeat cells that it has cut off or not written yet
    pairs = zip(flat[::2], flat[1::2], strict=True)  # the last dimension first
    axes = tuple(
        Axis(size, kernel=1, padding=before, uneven=after - before)
        for size, (before, after) in zip(shape[2:], reversed(list(pairs)), strict=True)
    )
    fill = _number(given.get("value"), 0.0)
    return Walk(family="padding", input=shape, channels=shape[1], axes=axes, outside=outside, fill=fill)


def _linear(given: Arguments, shape: Shape) -> Walk | None:
    features, bias = given.get("out_features"), bool(given.get("bias", True))
    if features is None or not shape or shape[-1] != given.get("in_features"):
        return None
    return Walk(family="linear", input=shape, channels=features, combine="sum", bias=bias)


def _unknown(_: Arguments, __: Shape) -> None:
    return None


def _elementwise(_: Arguments, shape: Shape, combine: Combine) -> Walk:
    return Walk(family="elementwise", input=shape, channels=0, combine=combine)


def _axes(given: Arguments, shape: Shape, dims: int) -> Axes:
    """Read an axis for each dimension of the image; () if torch would refuse them."""
    padding = given.get("padding", 0)
    keeps_size = padding == "same"
    transposed = "output_padding" in given
    numbers = [
        per_axis(value, dims)
        for value in (
            given.get("kernel_size"),
            given.get("stride", 1),
            0 if isinstance(padding, str) else padding,
            given.get("dilation", 1),
            given.get("output_padding", 0),
        )
    ]
    found = [one for one in numbers if one is not None]
    if len(found) < len(numbers) or len(shape) != dims + 2:
        return ()
    kernel, stride, around, dilation, more = found
    if min(*kernel, *stride, *dilation) < 1 or min(*around, *more) < 0:
        return ()
    ceil_mode = bool(given.get("ceil_mode"))
    axes = tuple(
        Axis(*walk, output_padding=extra, ceil_mode=ceil_mode, transposed=transposed)
        for walk, extra in zip(
            zip(shape[2:], kernel, stride, around, dilation, strict=True), more, strict=True
        )
    )
    return tuple(axis.padded_to_size for axis in axes) if keeps_size else axes


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def per_axis(value: Any, count: int) -> Shape | None:
    """Read a number for each axis from one number or a tuple, as torch does; None for anything else."""
    if isinstance(value, int):
        return (value,) * count
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    values *= count if len(values) == 1 else 1
    return values if len(values) == count and all(isinstance(one, int) for one in values) else None


_READERS: dict[str, Callable[[Arguments, Shape], Walk | None]] = {
    "Unfold": partial(_unfold, dims=2),
    "Linear": _linear,
    "ReLU": partial(_elementwise, combine="relu"),
    "Identity": partial(_elementwise, combine="copy"),
}
for _dims in (1, 2, 3):
    _READERS |= {
        f"Conv{_dims}d": partial(_convolution, dims=_dims),
        f"ConvTranspose{_dims}d": partial(_transposed, dims=_dims),
        f"MaxPool{_dims}d": partial(_pool, dims=_dims, combine="max"),
        f"AvgPool{_dims}d": partial(_pool, dims=_dims, combine="mean"),
        f"LPPool{_dims}d": partial(_pool, dims=_dims, combine="norm"),
        **{
            f"{name}Pad{_dims}d": partial(_padding, dims=_dims, outside=outside)
            for name, outside in _PADDINGS.items()
        },
    }
