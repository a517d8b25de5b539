"""The usual mistakes in computing a convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from grader.language.layers import MAX_CONFIRMED
from grader.mistakes import wording
from grader.mistakes.mistake import Mistake
from grader.mistakes.windows import flat_sides, windows
from grader.torch_lazy import torch
from grader.walks.axis import Axes, can_be_padded, can_stride, changed, count_cells, is_dilated, unpadded
from grader.walks.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution, or a transposed one, with its input. Most mistakes change one field of it."""

    image: Tensor
    weight: Tensor
    bias: Tensor | None
    axes: Axes
    groups: int
    outside: str  # how the image is padded

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions along which the kernel moves."""
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
    """Compute the output (N, C out, ...) of a convolution with torch."""
    convolve = getattr(torch, f"conv{len(run.axes)}d")
    stride, dilation = [axis.stride for axis in run.axes], [axis.dilation for axis in run.axes]
    output: Tensor = convolve(_padded(run), run.weight, run.bias, stride, 0, dilation, run.groups)
    return output


def with_bias(output: Tensor, run: Convolution) -> Tensor:
    """Add the bias to an output (N, C out, ...)."""
    return output if run.bias is None else output + run.bias.reshape(-1, *(1 for _ in run.axes))


def without_bias(run: Convolution) -> Convolution:
    """Remove the bias."""
    return replace(run, bias=None)


def with_flipped_kernel(run: Convolution) -> Convolution:
    """Flip the kernel in every dimension."""
    return replace(run, weight=run.weight.flip(run.dims))


def _with_transposed_kernel(run: Convolution) -> Tensor:
    return convolve(replace(run, weight=run.weight.transpose(-1, -2)))


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
    """Convolve with only the first channel of each group."""
    image = run.image[:, :: run.weight.shape[1]]
    return convolve(replace(run, image=image, weight=run.weight[:, :1]))


def _ungrouped(run: Convolution) -> Tensor:
    weight = run.weight.repeat(1, run.groups, *(1 for _ in run.axes))
    return convolve(replace(run, weight=weight, groups=1))


def _products(run: Convolution) -> int:
    """Return the number of products in one value of a convolution's output."""
    return run.weight.shape[1] * count_cells(run.axes)


def has_bias(run: Convolution) -> bool:
    """Return whether there is a bias."""
    return run.bias is not None


def has_wide_kernel(run: Convolution) -> bool:
    """Return whether the kernel has more than one cell."""
    return count_cells(run.axes) > 1


def _has_square_kernel(run: Convolution) -> bool:
    return len(run.axes) > 1 and run.axes[-1].kernel == run.axes[-2].kernel > 1


def _has_many_products(run: Convolution) -> bool:
    return _products(run) > 1


def _has_countable_products(run: Convolution) -> bool:
    """Return whether a value has several products, and all of them can be compared quickly."""
    places = prod(axis.room // axis.stride + 1 for axis in run.axes)
    return _has_many_products(run) and len(run.image) * run.weight.numel() * places <= MAX_CONFIRMED


def has_padding(run: Convolution) -> bool:
    """Return whether the padding adds any cell."""
    return can_be_padded(run.axes)


def _has_zeros_around(run: Convolution) -> bool:
    return run.outside == "constant" and has_padding(run)


def _has_image_around(run: Convolution) -> bool:
    return run.outside != "constant" and has_padding(run)


def _leaves_cells_out(run: Convolution) -> bool:
    return any(axis.room % axis.stride for axis in run.axes)


def _has_no_settings(run: Convolution) -> bool:
    return not (has_padding(run) or any(axis.stride > 1 for axis in run.axes) or is_dilated(run.axes))


def _hanging_over(run: Convolution) -> Tensor:
    axes = tuple(replace(axis, padding=axis.kernel - 1) for axis in run.axes)
    return convolve(replace(run, axes=axes))


def _side_by_side(run: Convolution) -> Tensor:
    return convolve(replace(run, axes=tuple(replace(axis, stride=axis.kernel) for axis in run.axes)))


def _has_two_side_by_side(run: Convolution) -> bool:
    return any(axis.room >= axis.kernel for axis in run.axes)


def _padded_on(run: Convolution, side: int) -> Tensor:
    """Convolve with zeros on one end of each dimension only; `side` is 0 for the start, 1 for the end."""
    sides = [cells if index % 2 == side else 0 for index, cells in enumerate(flat_sides(run.axes))]
    return convolve(replace(run, image=torch.nn.functional.pad(run.image, sides), axes=unpadded(run.axes)))


def _from_second_cell(run: Convolution) -> Tensor:
    image = run.image
    for dim in run.dims:
        image = image.narrow(dim, 1, image.shape[dim] - 1)
    return convolve(replace(run, image=image))


def _strided_along(run: Convolution, dim: int) -> Tensor:
    axes = tuple(axis if index == dim else replace(axis, stride=1) for index, axis in enumerate(run.axes))
    return convolve(replace(run, axes=axes))


def _biased(run: Convolution, times: int) -> Tensor:
    return convolve(replace(run, bias=None if run.bias is None else times * run.bias))


def _as_large_as_the_kernel(run: Convolution) -> Tensor:
    value = convolve(run).flatten()[0]
    return value.expand(1, len(run.weight), *(axis.kernel for axis in run.axes)).clone()


def _is_constant(run: Convolution) -> bool:
    output = convolve(run)
    return bool((output == output.flatten()[0]).all())


def _is_flat(run: Convolution) -> bool:
    return len(run.axes) == 2


def _has_uneven_kernel(run: Convolution) -> bool:
    return _is_flat(run) and run.axes[-1].kernel != run.axes[-2].kernel


def _strides_both_ways(run: Convolution) -> bool:
    return _is_flat(run) and all(axis.stride > 1 for axis in run.axes)


_RARE: tuple[Mistake[Convolution, Tensor], ...] = (
    Mistake(
        "padded-to-same-size",
        wording.CONVOLUTION_PADDED_TO_SAME_SIZE,
        lambda r: convolve(replace(r, axes=tuple(axis.padded_to_size for axis in r.axes))),
        lambda r: has_wide_kernel(r) and _has_no_settings(r),
        is_rare=True,
    ),
    Mistake(
        "let-kernel-hang-over",
        wording.CONVOLUTION_LET_KERNEL_HANG_OVER,
        _hanging_over,
        lambda r: has_wide_kernel(r) and _has_no_settings(r),
        is_rare=True,
    ),
    Mistake(
        "laid-side-by-side",
        wording.CONVOLUTION_LAID_SIDE_BY_SIDE,
        _side_by_side,
        lambda r: has_wide_kernel(r) and _has_no_settings(r) and _has_two_side_by_side(r),
        is_rare=True,
    ),
    Mistake(
        "padded-once", wording.CONVOLUTION_PADDED_ONCE, lambda r: _padded_on(r, 0), has_padding, is_rare=True
    ),
    Mistake(
        "padded-once", wording.CONVOLUTION_PADDED_ONCE, lambda r: _padded_on(r, 1), has_padding, is_rare=True
    ),
    Mistake(
        "strided-one-way",
        wording.CONVOLUTION_STRIDED_ONE_WAY,
        lambda r: _strided_along(r, 0),
        _strides_both_ways,
        is_rare=True,
    ),
    Mistake(
        "strided-one-way",
        wording.CONVOLUTION_STRIDED_ONE_WAY,
        lambda r: _strided_along(r, 1),
        _strides_both_ways,
        is_rare=True,
    ),
    Mistake(
        "began-at-one",
        wording.CONVOLUTION_BEGAN_AT_ONE,
        _from_second_cell,
        lambda r: any(axis.stride > 1 for axis in r.axes),
        is_rare=True,
    ),
    Mistake(
        "bias-for-each-product",
        wording.CONVOLUTION_BIAS_FOR_EACH_PRODUCT,
        lambda r: _biased(r, _products(r)),
        lambda r: has_bias(r) and _has_many_products(r),
        is_rare=True,
    ),
    Mistake(
        "subtracted-bias",
        wording.CONVOLUTION_SUBTRACTED_BIAS,
        lambda r: _biased(r, -1),
        has_bias,
        is_rare=True,
    ),
    Mistake(
        "dropped-signs",
        wording.CONVOLUTION_DROPPED_SIGNS,
        lambda r: convolve(r).abs(),
        is_rare=True,
    ),
    Mistake(
        "transposed-kernel",
        wording.CONVOLUTION_TRANSPOSED_KERNEL,
        _with_transposed_kernel,
        _has_uneven_kernel,
        is_rare=True,
    ),
    Mistake(
        "swapped-rows-and-columns",
        wording.CONVOLUTION_SWAPPED_ROWS_AND_COLUMNS,
        lambda r: convolve(r).transpose(-1, -2),
        _is_flat,
        is_rare=True,
    ),
    Mistake(
        "answered-the-image",
        wording.CONVOLUTION_ANSWERED_THE_IMAGE,
        lambda r: r.image.clone(),
        is_rare=True,
    ),
    Mistake(
        "answered-kernel-size",
        wording.CONVOLUTION_ANSWERED_KERNEL_SIZE,
        _as_large_as_the_kernel,
        _is_constant,
        is_rare=True,
    ),
)

CONVOLUTION: tuple[Mistake[Convolution, Tensor], ...] = (
    Mistake(
        "flipped-kernel",
        wording.CONVOLUTION_FLIPPED_KERNEL,
        lambda r: convolve(with_flipped_kernel(r)),
        has_wide_kernel,
    ),
    Mistake(
        "transposed-kernel",
        wording.CONVOLUTION_TRANSPOSED_KERNEL,
        _with_transposed_kernel,
        _has_square_kernel,
    ),
    Mistake("forgot-bias", wording.CONVOLUTION_FORGOT_BIAS, lambda r: convolve(without_bias(r)), has_bias),
    Mistake(
        "max-for-sum",
        wording.CONVOLUTION_MAX_FOR_SUM,
        _largest_product,
        _has_countable_products,
    ),
    Mistake(
        "mean-for-sum",
        wording.CONVOLUTION_MEAN_FOR_SUM,
        _mean_product,
        _has_many_products,
    ),
    Mistake(
        "padded-with-edge",
        wording.CONVOLUTION_PADDED_WITH_EDGE,
        lambda r: convolve(replace(r, outside="replicate")),
        _has_zeros_around,
    ),
    Mistake(
        "padded-with-zeros",
        wording.CONVOLUTION_PADDED_WITH_ZEROS,
        lambda r: convolve(replace(r, outside="constant")),
        _has_image_around,
    ),
    Mistake(
        "ignored-padding",
        wording.CONVOLUTION_IGNORED_PADDING,
        lambda r: convolve(replace(r, axes=unpadded(r.axes))),
        has_padding,
    ),
    Mistake(
        "cropped-instead-of-padded",
        wording.CONVOLUTION_CROPPED_INSTEAD_OF_PADDED,
        _cropped,
        has_padding,
    ),
    Mistake(
        "wrong-corner-first",
        wording.CONVOLUTION_WRONG_CORNER_FIRST,
        _from_far_corner,
        _leaves_cells_out,
    ),
    Mistake(
        "channel-sum-forgotten",
        wording.CONVOLUTION_CHANNEL_SUM_FORGOTTEN,
        _first_channel,
        lambda r: r.weight.shape[1] > 1,
    ),
    Mistake(
        "groups-ignored",
        wording.CONVOLUTION_GROUPS_IGNORED,
        _ungrouped,
        lambda r: r.groups > 1,
    ),
    Mistake(
        "ignored-stride",
        wording.CONVOLUTION_IGNORED_STRIDE,
        lambda r: convolve(replace(r, axes=changed(r.axes, stride=1))),
        lambda r: can_stride(r.axes),
    ),
    Mistake(
        "ignored-dilation",
        wording.UNDILATED,
        lambda r: convolve(replace(r, axes=changed(r.axes, dilation=1))),
        lambda r: is_dilated(r.axes),
    ),
    *_RARE,
)
