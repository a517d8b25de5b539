"""Images as torch cuts and pads them for a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.walks.axis import Axes

if TYPE_CHECKING:
    from torch import Tensor


def flat_sides(axes: Axes) -> list[int]:
    """Return the padding in the order of torch.nn.functional.pad: the last dimension first."""
    return [side for axis in reversed(axes) for side in axis.sides]


def windows(image: Tensor, axes: Axes) -> Tensor:
    """Cut out what lies under the kernel in each place: (N, C, places..., kernel...)."""
    for dim, axis in enumerate(axes, 2):
        image = image.unfold(dim, axis.span, axis.stride)[..., :: axis.dilation]
    return image
