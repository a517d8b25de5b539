"""How a layer walks over an image, and the usual mistakes in counting where it lands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.language.layers import Layer, arguments_of
from grader.questions.picture import Axis
from grader.questions.question import Wrong

_WALKERS = ("Conv", "MaxPool", "AvgPool", "LPPool")


def axes_of(layer: Layer, params: Mapping[str, Any], shape: Sequence[int]) -> tuple[Axis, ...] | None:
    """One axis for each dimension of the image (N, C, ...); None for a layer that has no walking kernel."""
    if not layer.name.startswith(_WALKERS) or layer.name.startswith("ConvTranspose"):
        return None
    given = arguments_of(layer, params)
    sizes = list(shape[2:])
    kernel = _per_axis(given.get("kernel_size"), len(sizes))
    default_stride = 1 if layer.name.startswith("Conv") else kernel
    stride = _per_axis(given.get("stride") or default_stride, len(sizes))
    padding = _per_axis(given.get("padding", 0), len(sizes))
    dilation = _per_axis(given.get("dilation", 1), len(sizes))
    if None in (kernel, stride, padding, dilation) or given.get("ceil_mode"):
        return None
    if min(*(kernel or ()), *(stride or ()), *(dilation or ())) < 1 or min(padding or (0,)) < 0:
        return None  # torch will refuse it
    return tuple(map(Axis, sizes, kernel or (), stride or (), padding or (), dilation or ()))


def _per_axis(value: Any, count: int) -> tuple[int, ...] | None:
    """A number for each axis, as torch reads one number or a tuple; None for 'same' and the like."""
    values = (value,) * count if isinstance(value, int) else value
    if (
        not isinstance(values, tuple | list)
        or len(values) != count
        or not all(isinstance(v, int) for v in values)
    ):
        return None
    return tuple(values)


def _room(axis: Axis) -> int:
    """How many cells the kernel can move before its far edge meets the end of the padded image."""
    return axis.padded - axis.span


def places(axis: Axis) -> int:
    """The size of the output along this axis, as in the documentation of torch.nn.Conv2d."""
    return _room(axis) // axis.stride + 1


@dataclass(frozen=True)
class _Mistake:
    """A wrong way to count, where it `applies`: nobody forgets a padding that is not there."""

    name: str
    message: str
    count: Callable[[Axis], int]
    applies: Callable[[Axis], bool] = lambda axis: True  # noqa: ARG005 the common case looks at nothing


def _is_padded(axis: Axis) -> bool:
    return axis.padding > 0


def _is_strided(axis: Axis) -> bool:
    return axis.stride > 1


def _is_dilated(axis: Axis) -> bool:
    return axis.dilation > 1


_MISTAKES = (
    _Mistake(
        "forgot-plus-one",
        "You counted how often the kernel moves. It also lands where it starts, before the first move.",
        lambda a: _room(a) // a.stride,
    ),
    _Mistake(
        "ignored-padding",
        "The padding is missing: zeros are put around the image before the kernel starts.",
        lambda a: places(replace(a, padding=0)),
        _is_padded,
    ),
    _Mistake(
        "padded-once",
        "The padding was counted once. It is put on both sides of the image.",
        lambda a: (_room(a) - a.padding) // a.stride + 1,
        _is_padded,
    ),
    _Mistake(
        "rounded-up",
        "You rounded up. A kernel that would hang over the edge does not land, so the last step is left out.",
        lambda a: -(-_room(a) // a.stride) + 1,
        _is_strided,
    ),
    _Mistake(
        "ignored-stride",
        "This is the size for a kernel that moves one cell at a time. Look at the stride again.",
        lambda a: _room(a) + 1,
        _is_strided,
    ),
    _Mistake(
        "divided-image-by-stride",
        "You divided the size of the image by the stride. The kernel's own width takes room, too.",
        lambda a: a.padded // a.stride,
        _is_strided,
    ),
    _Mistake(
        "swapped-stride-and-padding",
        "Stride and padding have changed places.",
        lambda a: places(replace(a, stride=a.padding, padding=a.stride)),
        _is_padded,
    ),
    _Mistake(
        "ignored-dilation",
        "The dilation is missing: it spreads the kernel's cells apart, so the kernel reaches further.",
        lambda a: places(replace(a, dilation=1)),
        _is_dilated,
    ),
    _Mistake(
        "counted-span-wrongly",
        "A dilated kernel is not dilation times as wide: only the gaps between its cells grow.",
        lambda a: (a.padded - a.dilation * a.kernel) // a.stride + 1,
        _is_dilated,
    ),
    _Mistake(
        "answered-padded-size",
        "This is the size of the padded image, before the kernel has run over it.",
        lambda a: a.padded,
        _is_padded,
    ),
    _Mistake(
        "answered-input-size",
        "This is the size of the image that goes in, not of what comes out.",
        lambda a: a.size,
    ),
)


def size_mistakes(axes: Sequence[Axis]) -> tuple[Wrong, ...]:
    """The usual mistakes that give a wrong size here; two that give the same size are both listed."""
    right = [places(axis) for axis in axes]
    wrongs = [
        Wrong(name=mistake.name, answer=answer, message=mistake.message)
        for mistake in _MISTAKES
        if all(map(mistake.applies, axes)) and (answer := [mistake.count(axis) for axis in axes]) != right
    ]
    if right != right[::-1]:
        message = "Height and width have changed places: the height comes first."
        wrongs.append(Wrong(name="swapped-height-and-width", answer=right[::-1], message=message))
    return tuple(wrongs)
