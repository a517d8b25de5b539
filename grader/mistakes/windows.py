"""Images, cut and padded by torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.torch_lazy import torch
from grader.walks.axis import Axes

if TYPE_CHECKING:
    from torch import Tensor


def flat_sides(axes: Axes) -> list[int]:
    """Return the padding in the order of torch.nn.functional.pad: the last dimension first."""
    return [side for axis in reversed(axes) for side in axis.sides]


def padded(image: Tensor, axes: Axes, outside: str = "constant") -> Tensor:
    """Pad an image; a negative padding crops it."""
    sides = flat_sides(axes)
    if any(side > 0 for side in sides):
        image = torch.nn.functional.pad(image, [max(0, side) for side in sides], outside)
    if any(side < 0 for side in sides):
        image = torch.nn.functional.pad(image, [min(0, side) for side in sides])
    return image


def windows(image: Tensor, axes: Axes) -> Tensor:
    """Cut out the cells under the kernel at each position: (N, C, positions..., kernel...)."""
    for dim, axis in enumerate(axes, 2):
        image = image.unfold(dim, axis.span, axis.stride)[..., :: axis.dilation]
    return image
