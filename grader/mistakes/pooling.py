"""The usual mistakes in computing a pooling."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from grader.mistakes import wording
from grader.mistakes.calculation import Calculation
from grader.mistakes.convolution import setting, without_padding
from grader.mistakes.mistake import Mistake
from grader.mistakes.windows import flat_sides, windows
from grader.torch_lazy import torch
from grader.walks.axis import Axes, can_be_padded, can_stride, count_cells, is_dilated

if TYPE_CHECKING:
    from torch import Tensor


def _cells(image: Tensor, axes: Axes, padding: float, beyond: float) -> Tensor:
    """Gather the cells of each position in the last dimension, with the given values outside the image."""
    pad = torch.nn.functional.pad
    if can_be_padded(axes):
        image = pad(image, flat_sides(axes), value=padding)
    if any(axis.beyond for axis in axes):
        image = pad(image, [side for axis in reversed(axes) for side in (0, axis.beyond)], value=beyond)
    return windows(image, axes).flatten(2 + len(axes))


def follow(run: Calculation) -> Tensor:
    """Compute the output of a pooling, or of what a student takes for it."""
    match run.walk.combine:
        case "max":
            return _pool_max(run)
        case "min":
            return _cells(run.image, run.axes, _outside(run, inf), inf).amin(-1)
        case "farthest":
            return _farthest_from_zero(run)
        case "sum":
            return _pool_sum(run)
    return _pool_mean(run)


def _outside(run: Calculation, otherwise: float) -> float:
    """Return what the padding counts as; `otherwise` if it does not count."""
    return otherwise if run.walk.outside == "nothing" else 0.0


def _pool_max(run: Calculation) -> Tensor:
    return _cells(run.image, run.axes, _outside(run, -inf), -inf).amax(-1)


def _pool_sum(run: Calculation) -> Tensor:
    return _cells(run.image, run.axes, 0, 0).sum(-1)


def _pool_mean(run: Calculation) -> Tensor:
    if run.walk.divisor is not None:
        return _pool_sum(run) / run.walk.divisor
    ones = run.image.new_ones(1, 1, *run.image.shape[2:])
    counted = float(run.walk.outside != "nothing")
    return _pool_sum(run) / _cells(ones, run.axes, counted, 0).sum(-1)


def _farthest_from_zero(run: Calculation) -> Tensor:
    largest = follow(run.walking(combine="max"))
    smallest = follow(run.walking(combine="min"))
    return torch.where(-smallest > largest, smallest, largest)


def _has_wide_window(run: Calculation) -> bool:
    return count_cells(run.axes) > 1


def _has_padded_image(run: Calculation) -> bool:
    return can_be_padded(run.axes)


def _counts_padding(run: Calculation) -> bool:
    return _has_padded_image(run) and run.walk.divisor is None and run.walk.outside != "nothing"


def _counts_inside_only(run: Calculation) -> bool:
    return _has_padded_image(run) and run.walk.divisor is None and run.walk.outside == "nothing"


_way = partial(Mistake[Calculation, "Tensor"].of_way, follow=follow)

_MOVED: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "ignored-stride",
        wording.POOL_IGNORED_STRIDE,
        lambda r: setting(r, stride=1),
        applies=lambda r: can_stride(r.axes),
    ),
    _way("ignored-padding", wording.POOL_IGNORED_PADDING, without_padding, applies=_has_padded_image),
    _way(
        "ignored-dilation",
        wording.UNDILATED,
        lambda r: setting(r, dilation=1),
        applies=lambda r: is_dilated(r.axes),
    ),
)

MAX_POOL: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "mean-for-max",
        wording.MAX_POOL_MEAN_FOR_MAX,
        lambda r: r.walking(combine="mean", outside="constant"),
        applies=_has_wide_window,
    ),
    _way(
        "min-for-max",
        wording.MAX_POOL_MIN_FOR_MAX,
        lambda r: r.walking(combine="min"),
        applies=_has_wide_window,
    ),
    _way(
        "sum-for-max",
        wording.MAX_POOL_SUM_FOR_MAX,
        lambda r: r.walking(combine="sum"),
        applies=_has_wide_window,
    ),
    _way(
        "padded-with-zeros",
        wording.MAX_POOL_PADDED_WITH_ZEROS,
        lambda r: r.walking(outside="constant"),
        applies=_has_padded_image,
    ),
    *_MOVED,
    _way(
        "largest-magnitude",
        wording.MAX_POOL_LARGEST_MAGNITUDE,
        lambda r: r.walking(combine="farthest"),
        applies=_has_wide_window,
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

AVG_POOL: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "sum-for-mean",
        wording.AVG_POOL_SUM_FOR_MEAN,
        lambda r: r.walking(combine="sum"),
        applies=lambda r: (r.walk.divisor or count_cells(r.axes)) != 1,
    ),
    _way(
        "max-for-mean",
        wording.AVG_POOL_MAX_FOR_MEAN,
        lambda r: r.walking(combine="max", outside="nothing"),
        applies=_has_wide_window,
    ),
    _way(
        "divided-by-inside-only",
        wording.AVG_POOL_DIVIDED_BY_INSIDE_ONLY,
        lambda r: r.walking(outside="nothing"),
        applies=_counts_padding,
    ),
    _way(
        "divided-by-whole-window",
        wording.AVG_POOL_DIVIDED_BY_WHOLE_WINDOW,
        lambda r: r.walking(outside="constant"),
        applies=_counts_inside_only,
    ),
    *_MOVED,
)
