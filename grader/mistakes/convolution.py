"""The usual mistakes in computing what comes out of a convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from grader.language.layers import MAX_CONFIRMED
from grader.mistakes.mistake import UNDILATED, Mistake
from grader.mistakes.windows import flat_sides, windows
from grader.torch_lazy import torch
from grader.walks.axis import Axes, can_be_padded, can_stride, changed, count_cells, is_dilated, unpadded
from grader.walks.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution or a transposed one at work. A mistake is most often this with one thing changed."""

    image: Tensor
    weight: Tensor
    bias: Tensor | None
    axes: Axes
    groups: int
    outside: str  # what lies around the image

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions in which the kernel walks."""
        return tuple(range(2, 2 + len(self.axes)))


def read_convolution(walk: Walk, image: Tensor, state: Mapping[str, Tensor]) -> Convolution:
    """Read a convolution, or a transposed one, from its walk and its parameters."""
    bias = state.get("bias")
    return Convolution(
        image=image,
        weight=state["weight"].to(image),
        bias=None if bias is None else bias.to(image),
        axes=walk.axes,
        groups=walk.groups,
        outside=walk.outside,
    )


def _padded(run: Convolution) -> Tensor:
    if not can_be_padded(run.axes):
        return run.image
    return torch.nn.functional.pad(run.image, flat_sides(run.axes), run.outside)


def convolve(run: Convolution) -> Tensor:
    """The output (N, C out, ...) of a convolution, as torch computes it."""
    convolve = getattr(torch, f"conv{len(run.axes)}d")
    stride, dilation = [axis.stride for axis in run.axes], [axis.dilation for axis in run.axes]
    output: Tensor = convolve(_padded(run), run.weight, run.bias, stride, 0, dilation, run.groups)
    return output


def with_bias(output: Tensor, run: Convolution) -> Tensor:
    """An output (N, C out, ...) with the bias added."""
    return output if run.bias is None else output + run.bias.reshape(-1, *(1 for _ in run.axes))


def without_bias(run: Convolution) -> Convolution:
    """The same without its bias."""
    return replace(run, bias=None)


def with_flipped_kernel(run: Convolution) -> Convolution:
    """The same with its kernel turned round in every dimension."""
    return replace(run, weight=run.weight.flip(run.dims))


def _largest_product(run: Convolution) -> Tensor:
    cells = windows(_padded(run), run.axes)
    places = cells.shape[2 : 2 + len(run.axes)]
    batch, groups, kernel = len(cells), run.groups, count_cells(run.axes)
    outputs, channels = run.weight.shape[:2]
    products = cells.reshape(batch, groups, 1, channels, prod(places), kernel) * run.weight.reshape(
        groups, outputs // groups, channels, 1, kernel
    )
    return with_bias(products.amax((3, 5)).reshape(batch, outputs, *places), run)


def _mean_product(run: Convolution) -> Tensor:
    return with_bias(convolve(without_bias(run)) / _products(run), run)


def _cropped(run: Convolution) -> Tensor:
    image = torch.nn.functional.pad(run.image, [-side for side in flat_sides(run.axes)])
    return convolve(replace(run, image=image, axes=unpadded(run.axes)))


def _from_far_corner(run: Convolution) -> Tensor:
    turned = with_flipped_kernel(replace(run, image=_padded(run).flip(run.dims), axes=unpadded(run.axes)))
    return convolve(turned).flip(run.dims)


def _first_channel(run: Convolution) -> Tensor:
    """Of each group its first channel."""
    image = run.image[:, :: run.weight.shape[1]]
    return convolve(replace(run, image=image, weight=run.weight[:, :1]))


def _ungrouped(run: Convolution) -> Tensor:
    weight = run.weight.repeat(1, run.groups, *(1 for _ in run.axes))
    return convolve(replace(run, weight=weight, groups=1))


def _products(run: Convolution) -> int:
    """How many products go into one value of a convolution's output."""
    return run.weight.shape[1] * count_cells(run.axes)


def has_bias(run: Convolution) -> bool:
    """Whether there is a bias."""
    return run.bias is not None


def has_wide_kernel(run: Convolution) -> bool:
    """Whether the kernel has more than one cell."""
    return count_cells(run.axes) > 1


def _has_square_kernel(run: Convolution) -> bool:
    return len(run.axes) > 1 and run.axes[-1].kernel == run.axes[-2].kernel > 1


def _has_many_products(run: Convolution) -> bool:
    return _products(run) > 1


def _has_countable_products(run: Convolution) -> bool:
    """More than one product, and not so many in all that it takes long to compare them."""
    places = prod(axis.room // axis.stride + 1 for axis in run.axes)
    return _has_many_products(run) and len(run.image) * run.weight.numel() * places <= MAX_CONFIRMED


def has_padding(run: Convolution) -> bool:
    """Whether the padding adds any cell."""
    return can_be_padded(run.axes)


def _has_zeros_around(run: Convolution) -> bool:
    return run.outside == "constant" and has_padding(run)


def _has_image_around(run: Convolution) -> bool:
    return run.outside != "constant" and has_padding(run)


def _leaves_cells_out(run: Convolution) -> bool:
    return any(axis.room % axis.stride for axis in run.axes)


_FORGOT_BIAS = "The sums of products are there, but the bias is missing. It is added in every place."
_FLIPPED = "You turned the kernel round before laying it on the image. torch lays it on as it is written."

CONVOLUTION: tuple[Mistake[Convolution, Tensor], ...] = (
    Mistake("flipped-kernel", _FLIPPED, lambda r: convolve(with_flipped_kernel(r)), has_wide_kernel),
    Mistake(
        "transposed-kernel",
        "Rows and columns of the kernel have changed places.",
        lambda r: convolve(replace(r, weight=r.weight.transpose(-1, -2))),
        _has_square_kernel,
    ),
    Mistake("forgot-bias", _FORGOT_BIAS, lambda r: convolve(without_bias(r)), has_bias),
    Mistake(
        "max-for-sum",
        "You kept the largest product of each place, as in max pooling. A convolution adds all of them up.",
        _largest_product,
        _has_countable_products,
    ),
    Mistake(
        "mean-for-sum",
        "You took the mean of the products. A convolution adds them up and does not divide.",
        _mean_product,
        _has_many_products,
    ),
    Mistake(
        "padded-with-edge",
        "You continued the edge of the image outwards. Padding puts zeros around it, unless padding_mode "
        "says otherwise.",
        lambda r: convolve(replace(r, outside="replicate")),
        _has_zeros_around,
    ),
    Mistake(
        "padded-with-zeros",
        "You put zeros around the image. Here padding_mode takes the cells around it from the image itself.",
        lambda r: convolve(replace(r, outside="constant")),
        _has_image_around,
    ),
    Mistake(
        "ignored-padding",
        "The padding is missing: the image grows on every side before the kernel starts.",
        lambda r: convolve(replace(r, axes=unpadded(r.axes))),
        has_padding,
    ),
    Mistake(
        "cropped-instead-of-padded",
        "You cut the edge of the image off. Padding adds cells around the image and takes none away.",
        _cropped,
        has_padding,
    ),
    Mistake(
        "wrong-corner-first",
        "You began in the bottom right corner. The kernel starts at the top left, and what is left over by "
        "its last step lies at the other end.",
        _from_far_corner,
        _leaves_cells_out,
    ),
    Mistake(
        "channel-sum-forgotten",
        "You used the first channel only. The kernel has a slice for each channel, and all their products "
        "are added up.",
        _first_channel,
        lambda r: r.weight.shape[1] > 1,
    ),
    Mistake(
        "groups-ignored",
        "You added up over all channels that go in. With groups, a kernel sees those of its own group only.",
        _ungrouped,
        lambda r: r.groups > 1,
    ),
    Mistake(
        "ignored-stride",
        "You moved the {noun} one cell at a time. Look at the stride again.",
        lambda r: convolve(replace(r, axes=changed(r.axes, stride=1))),
        lambda r: can_stride(r.axes),
    ),
    Mistake(
        "ignored-dilation",
        UNDILATED,
        lambda r: convolve(replace(r, axes=changed(r.axes, dilation=1))),
        lambda r: is_dilated(r.axes),
    ),
)
