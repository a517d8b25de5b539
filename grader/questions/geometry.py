"""How a layer walks over an image, and how many places its kernel finds there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.language.layers import Layer, arguments_of
from grader.questions.picture import Axis, Side

_WALKERS = ("Conv", "MaxPool", "AvgPool", "LPPool")
_TRANSPOSED = "ConvTranspose"


def axes_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[Axis, ...] | None:
    """One axis for each dimension of the image (N, C, ...); None for a layer that has no walking kernel."""
    if not layer.name.startswith(_WALKERS) or layer.name.startswith(_TRANSPOSED):
        return None
    given = arguments_of(layer, params)
    sizes = _sides(layer, shape)
    kernel = _per_axis(given.get("kernel_size"), len(sizes))
    default = 1 if layer.name.startswith("Conv") else kernel
    stride = _per_axis(default if given.get("stride") is None else given["stride"], len(sizes))
    dilation = _per_axis(given.get("dilation", 1), len(sizes))
    if kernel is None or stride is None or dilation is None or min(*kernel, *stride, *dilation) < 1:
        return None  # torch will refuse it
    keeps_size = given.get("padding") == "same"
    padding = _same(kernel, dilation) if keeps_size else _per_axis(_number(given), len(sizes))
    if padding is None or min(padding) < 0:
        return None
    ceil = bool(given.get("ceil_mode"))
    walks = zip(sizes, kernel, stride, padding, dilation, strict=True)
    return tuple(Axis(*walk, ceil_mode=ceil, keeps_size=keeps_size) for walk in walks)


def _sides(layer: Layer, shape: Sequence[int]) -> list[int]:
    """The sides of the image; none unless the shape has a batch and channels, too."""
    dimensions = int(layer.name[-2])  # as torch names them: Conv2d
    return list(shape[2:]) if len(shape) == dimensions + 2 else []


def output_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[int, ...] | None:
    """The whole shape that comes out, counted; None for a layer whose kernels neither walk nor spread."""
    axes, spreads = axes_of(layer, params, shape), spreads_of(layer, params, shape)
    if axes:
        sizes = tuple(map(places, axes))
    elif spreads:
        sizes = tuple(spread.reach for spread in spreads)
    else:
        return None
    return (shape[0], arguments_of(layer, params).get("out_channels", shape[1]), *sizes)


def _number(given: Mapping[str, Any]) -> Any:
    padding = given.get("padding", 0)
    return 0 if padding == "valid" else padding


def _same(kernel: Sequence[int], dilation: Sequence[int]) -> tuple[int, ...] | None:
    """The padding of each side that keeps the size; None where it differs between the sides."""
    both = [gap * (cells - 1) for cells, gap in zip(kernel, dilation, strict=True)]
    return None if any(total % 2 for total in both) else tuple(total // 2 for total in both)


def _per_axis(value: Any, count: int) -> tuple[int, ...] | None:
    """A number for each axis, as torch reads one number or a tuple."""
    values = (value,) * count if isinstance(value, int) else value
    if (
        not isinstance(values, tuple | list)
        or len(values) != count
        or not count
        or not all(isinstance(v, int) for v in values)
    ):
        return None
    return tuple(values)


def room(axis: Axis) -> int:
    """How many cells the kernel can move before its far edge meets the end of the padded image."""
    return axis.padded - axis.span


def places(axis: Axis) -> int:
    """The size of the output along this axis, as in the documentation of torch.nn.Conv2d and MaxPool2d."""
    count = moves(room(axis), axis) + 1
    # With ceil_mode torch leaves out a window that begins beyond the image and the padding before it.
    return count - (axis.ceil_mode and (count - 1) * axis.stride >= axis.size + axis.padding)


def moves(cells: int, axis: Axis) -> int:
    """In how many strides the kernel goes so many cells."""
    return -(-cells // axis.stride) if axis.ceil_mode else cells // axis.stride


@dataclass(frozen=True)
class Spread(Side):
    """One dimension of a transposed convolution, which lays a kernel down for each cell of the image."""

    output_padding: int = 0

    @property
    def reach(self) -> int:
        """The size of the output, as in the documentation of torch.nn.ConvTranspose2d."""
        return (self.size - 1) * self.stride - 2 * self.padding + self.span + self.output_padding


def spreads_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[Spread, ...] | None:
    """One for each dimension of the image (N, C, ...) of a transposed convolution; None for other layers."""
    if not layer.name.startswith(_TRANSPOSED):
        return None
    given, sizes = arguments_of(layer, params), _sides(layer, shape)
    defaults = {"kernel_size": None, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
    values = [_per_axis(given.get(name, default), len(sizes)) for name, default in defaults.items()]
    walks = [one for one in values if one is not None]
    if len(walks) < len(values):
        return None
    kernel, stride, padding, dilation, output_padding = walks
    if min(*kernel, *stride, *dilation) < 1 or min(*padding, *output_padding) < 0:
        return None  # torch will refuse it
    return tuple(map(Spread, sizes, *walks))
