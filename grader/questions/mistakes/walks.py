"""How a kernel or a window walks over an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


UNDILATED = "You laid the {} on neighbouring cells. The dilation spreads its cells apart."


@dataclass(frozen=True)
class Axis:
    """How a kernel walks along one dimension of the image."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    same: bool = False  # the padding is whatever keeps the size
    ceil: bool = False

    @property
    def span(self) -> int:
        """How many cells lie under the kernel from edge to edge."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def sides(self) -> tuple[int, int]:
        """The padding before and after."""
        before = (self.span - 1) // 2 if self.same else self.padding
        return before, self.span - 1 - before if self.same else self.padding

    @property
    def room(self) -> int:
        """How many cells the kernel can move."""
        return self.size + sum(self.sides) - self.span

    @property
    def beyond(self) -> int:
        """How many cells the last kernel hangs over the padded edge, with ceil_mode."""
        moves = -(-self.room // self.stride)
        if moves * self.stride >= self.size + self.sides[0]:
            moves -= 1  # it would begin outside the image
        return max(0, moves * self.stride - self.room) if self.ceil else 0


Axes = tuple[Axis, ...]


def axes_of(given: Mapping[str, Any], image: Tensor, kernel: Sequence[int], stride: Any) -> Axes:
    """An axis for each dimension of an image (N, C, ...), from the arguments of a layer."""
    padding, count = given.get("padding", 0), len(kernel)
    return tuple(
        Axis(*numbers, same=padding == "same", ceil=bool(given.get("ceil_mode", False)))
        for numbers in zip(
            image.shape[2:],
            kernel,
            per_axis(stride, count),
            per_axis(0 if isinstance(padding, str) else padding, count),
            per_axis(given.get("dilation", 1), count),
            strict=True,
        )
    )


def per_axis(value: Any, count: int) -> tuple[int, ...]:
    """A number for each axis, as torch reads one number or a tuple."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * count if len(values) == 1 else values


def changed(axes: Axes, **numbers: Any) -> Axes:
    """The axes with these numbers instead of their own."""
    return tuple(replace(axis, **numbers) for axis in axes)


def unpadded(axes: Axes) -> Axes:
    """The axes without padding."""
    return changed(axes, padding=0, same=False)


def flat_sides(axes: Axes) -> list[int]:
    """The padding in the order of torch.nn.functional.pad: the last dimension first."""
    return [side for axis in reversed(axes) for side in axis.sides]


def windows(image: Tensor, axes: Axes) -> Tensor:
    """What lies under the kernel in each place: (N, C, places..., kernel...)."""
    for dim, axis in enumerate(axes, 2):
        image = image.unfold(dim, axis.span, axis.stride)[..., :: axis.dilation]
    return image


def can_be_padded(axes: Axes) -> bool:
    """Whether any side of the image is padded."""
    return any(any(axis.sides) for axis in axes)


def can_stride(axes: Axes) -> bool:
    """Whether a stride leaves out any place."""
    return any(axis.stride > 1 and axis.room + axis.beyond > 0 for axis in axes)


def is_dilated(axes: Axes) -> bool:
    """Whether the cells of the kernel lie apart."""
    return any(axis.dilation > 1 and axis.kernel > 1 for axis in axes)


def count_cells(axes: Axes) -> int:
    """How many cells the kernel has."""
    return prod(axis.kernel for axis in axes)
