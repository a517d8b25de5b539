"""The usual mistakes in computing a convolution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import prod
from typing import TYPE_CHECKING

from grader.language.layers import MAX_CONFIRMED
from grader.mistakes import wording
from grader.mistakes.calculation import Calculation
from grader.mistakes.mistake import Mistake
from grader.mistakes.windows import padded, windows
from grader.torch_lazy import torch
from grader.walks.axis import (
    Axis,
    can_be_padded,
    can_stride,
    changed,
    count_cells,
    cropped,
    is_dilated,
    padded_at_one_end,
    shifted,
    unpadded,
)

if TYPE_CHECKING:
    from torch import Tensor


def convolve(run: Calculation) -> Tensor:
    """Compute the output (N, C out, ...) of a convolution with torch, or of a mistaken one."""
    read = _read(run)
    if run.walk.combine == "max":
        return _largest_product(read)
    if run.walk.combine == "mean":
        return with_bias(_convolved(replace(read, bias=None)) / _products(read), run)
    return _convolved(read)


def _read(run: Calculation) -> Calculation:
    """Return a run with only those channels that the kernel reads."""
    depth, groups = run.walk.depth, run.walk.groups
    if depth is None:
        return run
    by_group = run.image.reshape(len(run.image), groups, -1, *run.image.shape[2:])
    image = by_group[:, :, :depth].flatten(1, 2)
    return replace(run, image=image, weight=run.kernel[:, :depth])


def _padded(run: Calculation) -> Tensor:
    return padded(run.image, run.axes, run.walk.outside)


def _convolved(run: Calculation) -> Tensor:
    convolve = getattr(torch, f"conv{len(run.axes)}d")
    stride, dilation = [axis.stride for axis in run.axes], [axis.dilation for axis in run.axes]
    output: Tensor = convolve(_padded(run), run.kernel, run.bias, stride, 0, dilation, run.walk.groups)
    return output


def with_bias(output: Tensor, run: Calculation) -> Tensor:
    """Add the bias to an output (N, C out, ...)."""
    return output if run.bias is None else output + run.bias.reshape(-1, *(1 for _ in run.axes))


def without_bias(run: Calculation) -> Calculation:
    """Remove the bias."""
    return replace(run.walking(bias=False), bias=None)


def with_flipped_kernel(run: Calculation) -> Calculation:
    """Flip the kernel in every dimension."""
    first = tuple(axis.kernel - 1 for axis in run.axes)
    return replace(run, weight=run.kernel.flip(run.dims), first=first)


def along(run: Calculation, change: Callable[[Axis], Axis]) -> Calculation:
    """Change how the kernel moves, along each axis."""
    return run.walking(axes=tuple(map(change, run.axes)))


def setting(run: Calculation, **numbers: int) -> Calculation:
    """Set numbers of all axes."""
    return run.walking(axes=changed(run.axes, **numbers))


def without_padding(run: Calculation) -> Calculation:
    """Remove the padding."""
    return run.walking(axes=unpadded(run.axes))


def _with_transposed_kernel(run: Calculation) -> Calculation:
    kernel = run.kernel.transpose(-1, -2)
    sizes = zip(run.axes, kernel.shape[2:], strict=True)
    return replace(run.walking(axes=tuple(replace(axis, kernel=size) for axis, size in sizes)), weight=kernel)


def _largest_product(run: Calculation) -> Tensor:
    cells = windows(_padded(run), run.axes)
    places = cells.shape[2 : 2 + len(run.axes)]
    batch, groups, kernel = len(cells), run.walk.groups, count_cells(run.axes)
    outputs, channels = run.kernel.shape[:2]
    products = cells.reshape(batch, groups, 1, channels, prod(places), kernel) * run.kernel.reshape(
        groups, outputs // groups, channels, 1, kernel
    )
    return with_bias(products.amax((3, 5)).reshape(batch, outputs, *places), run)


def _from_far_corner(run: Calculation) -> Calculation:
    return along(run, lambda axis: shifted(axis, axis.room % axis.stride))


def _ungrouped(run: Calculation) -> Calculation:
    """Let every kernel read all groups with the same weights."""
    weight = run.kernel.repeat(1, run.walk.groups, *(1 for _ in run.axes))
    return replace(run.walking(groups=1), weight=weight)


def _products(run: Calculation) -> int:
    """Return the number of products in one value of a convolution's output."""
    return run.kernel.shape[1] * count_cells(run.axes)


def has_bias(run: Calculation) -> bool:
    """Return whether there is a bias."""
    return run.bias is not None


def has_wide_kernel(run: Calculation) -> bool:
    """Return whether the kernel has more than one cell."""
    return count_cells(run.axes) > 1


def _has_square_kernel(run: Calculation) -> bool:
    return len(run.axes) > 1 and run.axes[-1].kernel == run.axes[-2].kernel > 1


def _has_many_products(run: Calculation) -> bool:
    return _products(run) > 1


def _has_countable_products(run: Calculation) -> bool:
    """Return whether a value has several products, and all of them can be compared quickly."""
    places = prod(axis.room // axis.stride + 1 for axis in run.axes)
    return _has_many_products(run) and len(run.image) * run.kernel.numel() * places <= MAX_CONFIRMED


def has_padding(run: Calculation) -> bool:
    """Return whether the padding adds any cell."""
    return can_be_padded(run.axes)


def _has_zeros_around(run: Calculation) -> bool:
    return run.walk.outside == "constant" and has_padding(run)


def _has_image_around(run: Calculation) -> bool:
    return run.walk.outside != "constant" and has_padding(run)


def _leaves_cells_out(run: Calculation) -> bool:
    return any(axis.room % axis.stride for axis in run.axes)


def _has_no_settings(run: Calculation) -> bool:
    return not (has_padding(run) or any(axis.stride > 1 for axis in run.axes) or is_dilated(run.axes))


def _has_two_side_by_side(run: Calculation) -> bool:
    return any(axis.room >= axis.kernel for axis in run.axes)


def _padded_on(run: Calculation, end: int) -> Calculation:
    """Put zeros on one end of each dimension only; `end` is 0 for the start, 1 for the end."""
    axes = tuple(padded_at_one_end(axis, end) for axis in run.axes)
    return run.walking(axes=axes, outside="constant")


def _from_second_cell(run: Calculation) -> Calculation:
    """Leave the first row and column of the image out."""
    image = run.image
    for dim in run.dims:
        image = image.narrow(dim, 1, image.shape[dim] - 1)
    smaller = along(run, lambda axis: replace(axis, size=axis.size - 1))
    return replace(smaller.walking(input=tuple(image.shape)), image=image)


def _strided_along(run: Calculation, dim: int) -> Calculation:
    axes = tuple(axis if index == dim else replace(axis, stride=1) for index, axis in enumerate(run.axes))
    return run.walking(axes=axes)


def _biased(run: Calculation, times: int) -> Calculation:
    return replace(run, bias=None if run.bias is None else times * run.bias)


def _as_large_as_the_kernel(run: Calculation) -> Tensor:
    value = convolve(run).flatten()[0]
    return value.expand(1, len(run.kernel), *(axis.kernel for axis in run.axes)).clone()


def _is_constant(run: Calculation) -> bool:
    output = convolve(run)
    return bool((output == output.flatten()[0]).all())


def _is_flat(run: Calculation) -> bool:
    return len(run.axes) == 2


def _has_uneven_kernel(run: Calculation) -> bool:
    return _is_flat(run) and run.axes[-1].kernel != run.axes[-2].kernel


def _strides_both_ways(run: Calculation) -> bool:
    return _is_flat(run) and all(axis.stride > 1 for axis in run.axes)


_way = partial(Mistake[Calculation, "Tensor"].of_way, follow=convolve)


_RARE: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "padded-to-same-size",
        wording.CONVOLUTION_PADDED_TO_SAME_SIZE,
        lambda r: along(r, lambda axis: axis.padded_to_size),
        applies=lambda r: has_wide_kernel(r) and _has_no_settings(r),
        is_rare=True,
    ),
    _way(
        "let-kernel-hang-over",
        wording.CONVOLUTION_LET_KERNEL_HANG_OVER,
        lambda r: along(r, lambda axis: replace(axis, padding=axis.kernel - 1)),
        applies=lambda r: has_wide_kernel(r) and _has_no_settings(r),
        is_rare=True,
    ),
    _way(
        "laid-side-by-side",
        wording.CONVOLUTION_LAID_SIDE_BY_SIDE,
        lambda r: along(r, lambda axis: replace(axis, stride=axis.kernel)),
        applies=lambda r: has_wide_kernel(r) and _has_no_settings(r) and _has_two_side_by_side(r),
        is_rare=True,
    ),
    _way(
        "padded-once",
        wording.CONVOLUTION_PADDED_ONCE,
        lambda r: _padded_on(r, 0),
        applies=has_padding,
        is_rare=True,
    ),
    _way(
        "padded-once",
        wording.CONVOLUTION_PADDED_ONCE,
        lambda r: _padded_on(r, 1),
        applies=has_padding,
        is_rare=True,
    ),
    _way(
        "strided-one-way",
        wording.CONVOLUTION_STRIDED_ONE_WAY,
        lambda r: _strided_along(r, 0),
        applies=_strides_both_ways,
        is_rare=True,
    ),
    _way(
        "strided-one-way",
        wording.CONVOLUTION_STRIDED_ONE_WAY,
        lambda r: _strided_along(r, 1),
        applies=_strides_both_ways,
        is_rare=True,
    ),
    _way(
        "began-at-one",
        wording.CONVOLUTION_BEGAN_AT_ONE,
        _from_second_cell,
        applies=lambda r: any(axis.stride > 1 for axis in r.axes),
        is_rare=True,
    ),
    _way(
        "bias-for-each-product",
        wording.CONVOLUTION_BIAS_FOR_EACH_PRODUCT,
        lambda r: _biased(r, _products(r)),
        applies=lambda r: has_bias(r) and _has_many_products(r),
        is_rare=True,
    ),
    _way(
        "subtracted-bias",
        wording.CONVOLUTION_SUBTRACTED_BIAS,
        lambda r: _biased(r, -1),
        applies=has_bias,
        is_rare=True,
    ),
    Mistake(
        "dropped-signs",
        wording.CONVOLUTION_DROPPED_SIGNS,
        lambda r: convolve(r).abs(),
        is_rare=True,
    ),
    _way(
        "transposed-kernel",
        wording.CONVOLUTION_TRANSPOSED_KERNEL,
        _with_transposed_kernel,
        applies=_has_uneven_kernel,
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

CONVOLUTION: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "flipped-kernel",
        wording.CONVOLUTION_FLIPPED_KERNEL,
        with_flipped_kernel,
        applies=has_wide_kernel,
    ),
    _way(
        "transposed-kernel",
        wording.CONVOLUTION_TRANSPOSED_KERNEL,
        _with_transposed_kernel,
        applies=_has_square_kernel,
    ),
    _way("forgot-bias", wording.CONVOLUTION_FORGOT_BIAS, without_bias, applies=has_bias),
    _way(
        "max-for-sum",
        wording.CONVOLUTION_MAX_FOR_SUM,
        lambda r: r.walking(combine="max"),
        applies=_has_countable_products,
    ),
    _way(
        "mean-for-sum",
        wording.CONVOLUTION_MEAN_FOR_SUM,
        lambda r: r.walking(combine="mean"),
        applies=_has_many_products,
    ),
    _way(
        "padded-with-edge",
        wording.CONVOLUTION_PADDED_WITH_EDGE,
        lambda r: r.walking(outside="replicate"),
        applies=_has_zeros_around,
    ),
    _way(
        "padded-with-zeros",
        wording.CONVOLUTION_PADDED_WITH_ZEROS,
        lambda r: r.walking(outside="constant"),
        applies=_has_image_around,
    ),
    _way("ignored-padding", wording.CONVOLUTION_IGNORED_PADDING, without_padding, applies=has_padding),
    _way(
        "cropped-instead-of-padded",
        wording.CONVOLUTION_CROPPED_INSTEAD_OF_PADDED,
        lambda r: along(r, cropped),
        applies=has_padding,
    ),
    _way(
        "wrong-corner-first",
        wording.CONVOLUTION_WRONG_CORNER_FIRST,
        _from_far_corner,
        applies=_leaves_cells_out,
    ),
    _way(
        "channel-sum-forgotten",
        wording.CONVOLUTION_CHANNEL_SUM_FORGOTTEN,
        lambda r: r.walking(depth=1),
        applies=lambda r: r.kernel.shape[1] > 1,
    ),
    _way(
        "groups-ignored",
        wording.CONVOLUTION_GROUPS_IGNORED,
        _ungrouped,
        applies=lambda r: r.walk.groups > 1,
    ),
    _way(
        "ignored-stride",
        wording.CONVOLUTION_IGNORED_STRIDE,
        lambda r: setting(r, stride=1),
        applies=lambda r: can_stride(r.axes),
    ),
    _way(
        "ignored-dilation",
        wording.UNDILATED,
        lambda r: setting(r, dilation=1),
        applies=lambda r: is_dilated(r.axes),
    ),
    *_RARE,
)
