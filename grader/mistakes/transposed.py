"""The usual mistakes in computing a transposed convolution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from grader.mistakes import wording
from grader.mistakes.calculation import Calculation
from grader.mistakes.convolution import (
    convolve,
    has_bias,
    has_padding,
    has_wide_kernel,
    setting,
    with_bias,
    with_flipped_kernel,
    without_bias,
    without_padding,
)
from grader.mistakes.mistake import Mistake
from grader.torch_lazy import torch
from grader.walks.axis import Axis, changed, count_cells

if TYPE_CHECKING:
    from torch import Tensor


def follow(run: Calculation) -> Tensor:
    """Compute the output of a transposed convolution, or of what a student takes for it."""
    if run.walk.family == "convolution":
        return convolve(run)
    return _overwritten(run) if run.walk.combine == "last" else _transposed(run)


def _transposed(run: Calculation) -> Tensor:
    convolve = getattr(torch, f"conv_transpose{len(run.axes)}d")
    stride, padding, more, dilation = zip(
        *((a.stride, a.padding, a.output_padding, a.dilation) for a in run.axes), strict=True
    )
    output: Tensor = convolve(
        run.image, run.kernel, run.bias, stride, padding, more, run.walk.groups, dilation
    )
    return output


def _convolved_instead(run: Calculation) -> Calculation:
    """Convolve; a transposed weight lists the input channels first, a convolution's the output channels."""
    kernel = run.kernel.shape[2:]
    by_group = run.kernel.reshape(run.walk.groups, -1, *run.kernel.shape[1:]).transpose(1, 2)
    axes = changed(run.axes, transposed=False, output_padding=0)
    weight = by_group.reshape(-1, by_group.shape[2], *kernel)
    return replace(run.walking(family="convolution", axes=axes), weight=weight)


def _overwritten(run: Calculation) -> Tensor:
    """Let each position overwrite the values of the positions before it.

    If two positions overlap, the later one overlaps with an earlier cell of its kernel. So the last cell of
    all kernels is written first, and the first cell last.
    """
    sizes = run.image.shape[2:]
    stamps = _stamps(run)
    canvas = stamps.new_zeros(
        *stamps.shape[1:3],
        *(axis.unpadded.reach for axis in run.axes),
    )
    cells = product(*(range(axis.kernel) for axis in run.axes))
    for stamp, cell in reversed(list(zip(stamps, cells, strict=True))):
        canvas[_along(map(_landing, run.axes, cell))] = stamp.reshape(*stamp.shape[:2], *sizes)
    kept = (slice(a.padding, size - a.padding) for a, size in zip(run.axes, canvas.shape[2:], strict=True))
    return with_bias(canvas[_along(kept)], run)


def _stamps(run: Calculation) -> Tensor:
    """Compute what each cell of the kernel adds at each position: (cells, N, channels out, positions)."""
    batch, groups = len(run.image), run.walk.groups
    image = run.image.reshape(batch, groups, -1, prod(run.image.shape[2:]))
    weight = run.kernel.reshape(groups, -1, run.kernel.shape[1], count_cells(run.axes))
    return torch.einsum("ngcp,gcok->kngop", image, weight).flatten(2, 3)


def _landing(axis: Axis, cell: int) -> slice:
    """Return where a cell of the kernel meets the output, for all positions."""
    start = cell * axis.dilation
    return slice(start, start + (axis.size - 1) * axis.stride + 1, axis.stride)


def _along(walked: Iterable[slice]) -> tuple[slice, ...]:
    """Return an index that keeps the whole batch and all channels."""
    return (slice(None), slice(None), *walked)


def _overlaps(axis: Axis) -> bool:
    """Return whether two cells of the kernel can meet in one cell of the output."""
    moves = (step * axis.stride for step in range(1, axis.size))
    return any(move % axis.dilation == 0 and move // axis.dilation < axis.kernel for move in moves)


def _is_more_than_a_convolution(run: Calculation) -> bool:
    """Return False for a kernel of one cell with stride 1 and no padding: both give the same output."""
    return has_wide_kernel(run) or any(a.stride > 1 or a.padding or a.output_padding for a in run.axes)


_way = partial(Mistake[Calculation, "Tensor"].of_way, follow=follow)

TRANSPOSED: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "convolved-instead",
        wording.TRANSPOSED_CONVOLVED_INSTEAD,
        _convolved_instead,
        applies=_is_more_than_a_convolution,
    ),
    _way(
        "flipped-kernel",
        wording.TRANSPOSED_FLIPPED_KERNEL,
        with_flipped_kernel,
        applies=has_wide_kernel,
    ),
    _way("forgot-bias", wording.TRANSPOSED_FORGOT_BIAS, without_bias, applies=has_bias),
    _way(
        "ignored-stride",
        wording.TRANSPOSED_IGNORED_STRIDE,
        lambda r: setting(r, stride=1),
        applies=lambda r: any(axis.stride > 1 and axis.size > 1 for axis in r.axes),
    ),
    _way(
        "ignored-padding",
        wording.TRANSPOSED_IGNORED_PADDING,
        without_padding,
        applies=has_padding,
    ),
    _way(
        "overlaps-overwritten",
        wording.TRANSPOSED_OVERLAPS_OVERWRITTEN,
        lambda r: r.walking(combine="last"),
        applies=lambda r: any(map(_overlaps, r.axes)),
    ),
)
