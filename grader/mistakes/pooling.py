"""The usual mistakes in computing a pooling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from grader.mistakes import wording
from grader.mistakes.mistake import Mistake
from grader.mistakes.windows import flat_sides, windows
from grader.torch_lazy import torch
from grader.walks.axis import Axes, can_be_padded, can_stride, changed, count_cells, is_dilated, unpadded
from grader.walks.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Pool:
    """A max or average pooling with its input; the last two fields are only for the average."""

    image: Tensor
    axes: Axes
    counts_padding: bool = True
    divisor: int | None = None


def read_pool(walk: Walk, image: Tensor, _: Mapping[str, Tensor]) -> Pool:
    """Read a pooling from its walk."""
    leaves_padding_out = walk.combine == "mean" and walk.outside == "nothing"
    return Pool(image, walk.axes, not leaves_padding_out, walk.divisor)


def _cells(image: Tensor, axes: Axes, padding: float, beyond: float) -> Tensor:
    """Gather the cells of each position in the last dimension, with the given values outside the image."""
    pad = torch.nn.functional.pad
    if can_be_padded(axes):
        image = pad(image, flat_sides(axes), value=padding)
    if any(axis.beyond for axis in axes):
        image = pad(image, [side for axis in reversed(axes) for side in (0, axis.beyond)], value=beyond)
    return windows(image, axes).flatten(2 + len(axes))


def _pool_max(run: Pool, padding: float = -inf) -> Tensor:
    return _cells(run.image, run.axes, padding, -inf).amax(-1)


def _pool_min(run: Pool) -> Tensor:
    return _cells(run.image, run.axes, inf, inf).amin(-1)


def _pool_sum(run: Pool) -> Tensor:
    return _cells(run.image, run.axes, 0, 0).sum(-1)


def _pool_mean(run: Pool) -> Tensor:
    if run.divisor is not None:
        return _pool_sum(run) / run.divisor
    ones = run.image.new_ones(1, 1, *run.image.shape[2:])
    return _pool_sum(run) / _cells(ones, run.axes, float(run.counts_padding), 0).sum(-1)


def _farthest_from_zero(run: Pool) -> Tensor:
    largest, smallest = _pool_max(run), _pool_min(run)
    return torch.where(-smallest > largest, smallest, largest)


def _has_wide_window(run: Pool) -> bool:
    return count_cells(run.axes) > 1


def _has_padded_image(run: Pool) -> bool:
    return can_be_padded(run.axes)


def _counts_padding(run: Pool) -> bool:
    return _has_padded_image(run) and run.divisor is None and run.counts_padding


def _counts_inside_only(run: Pool) -> bool:
    return _has_padded_image(run) and run.divisor is None and not run.counts_padding


def _walk_mistakes(pool: Callable[[Pool], Tensor]) -> tuple[Mistake[Pool, Tensor], ...]:
    """Return the mistakes in moving a window."""
    return (
        Mistake(
            "ignored-stride",
            wording.POOL_IGNORED_STRIDE,
            lambda r: pool(replace(r, axes=changed(r.axes, stride=1))),
            lambda r: can_stride(r.axes),
        ),
        Mistake(
            "ignored-padding",
            wording.POOL_IGNORED_PADDING,
            lambda r: pool(replace(r, axes=unpadded(r.axes))),
            _has_padded_image,
        ),
        Mistake(
            "ignored-dilation",
            wording.UNDILATED,
            lambda r: pool(replace(r, axes=changed(r.axes, dilation=1))),
            lambda r: is_dilated(r.axes),
        ),
    )


MAX_POOL: tuple[Mistake[Pool, Tensor], ...] = (
    Mistake(
        "mean-for-max",
        wording.MAX_POOL_MEAN_FOR_MAX,
        _pool_mean,
        _has_wide_window,
    ),
    Mistake(
        "min-for-max",
        wording.MAX_POOL_MIN_FOR_MAX,
        _pool_min,
        _has_wide_window,
    ),
    Mistake(
        "sum-for-max",
        wording.MAX_POOL_SUM_FOR_MAX,
        _pool_sum,
        _has_wide_window,
    ),
    Mistake(
        "padded-with-zeros",
        wording.MAX_POOL_PADDED_WITH_ZEROS,
        lambda r: _pool_max(r, padding=0),
        _has_padded_image,
    ),
    *_walk_mistakes(_pool_max),
    Mistake(
        "largest-magnitude",
        wording.MAX_POOL_LARGEST_MAGNITUDE,
        _farthest_from_zero,
        _has_wide_window,
        is_rare=True,
    ),
    Mistake(
        "largest-magnitude",
        wording.MAX_POOL_LARGEST_MAGNITUDE_UNSIGNED,
        lambda r: _farthest_from_zero(r).abs(),
        _has_wide_window,
        is_rare=True,
    ),
    Mistake(
        "never-below-zero",
        wording.MAX_POOL_NEVER_BELOW_ZERO,
        lambda r: _pool_max(r).clamp(min=0),
        is_rare=True,
    ),
)

AVG_POOL: tuple[Mistake[Pool, Tensor], ...] = (
    Mistake(
        "sum-for-mean",
        wording.AVG_POOL_SUM_FOR_MEAN,
        _pool_sum,
        lambda r: (r.divisor or count_cells(r.axes)) != 1,
    ),
    Mistake(
        "max-for-mean",
        wording.AVG_POOL_MAX_FOR_MEAN,
        _pool_max,
        _has_wide_window,
    ),
    Mistake(
        "divided-by-inside-only",
        wording.AVG_POOL_DIVIDED_BY_INSIDE_ONLY,
        lambda r: _pool_mean(replace(r, counts_padding=False)),
        _counts_padding,
    ),
    Mistake(
        "divided-by-whole-window",
        wording.AVG_POOL_DIVIDED_BY_WHOLE_WINDOW,
        lambda r: _pool_mean(replace(r, counts_padding=True)),
        _counts_inside_only,
    ),
    *_walk_mistakes(_pool_mean),
)
