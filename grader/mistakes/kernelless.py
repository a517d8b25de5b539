"""The usual mistakes in computing layers without a moving kernel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from grader.mistakes import wording
from grader.mistakes.calculation import Calculation
from grader.mistakes.mistake import Mistake
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor


def follow(run: Calculation) -> Tensor:
    """Compute the output of a linear layer or of ReLU, or of what a student takes for it."""
    if run.walk.family == "linear":
        return torch.nn.functional.linear(run.image, run.kernel, run.bias)
    return run.image.abs() if run.walk.combine == "abs" else run.image.relu()


def _is_square(run: Calculation) -> bool:
    return run.kernel.shape[0] == run.kernel.shape[1] > 1


_way = partial(Mistake[Calculation, "Tensor"].of_way, follow=follow)

LINEAR: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "forgot-bias",
        wording.LINEAR_FORGOT_BIAS,
        lambda r: replace(r.walking(bias=False), bias=None),
        applies=lambda r: r.bias is not None,
    ),
    _way(
        "transposed-weight",
        wording.LINEAR_TRANSPOSED_WEIGHT,
        lambda r: replace(r, weight=r.kernel.T),
        applies=_is_square,
    ),
)

RELU: tuple[Mistake[Calculation, Tensor], ...] = (
    _way(
        "absolute-value",
        wording.RELU_ABSOLUTE_VALUE,
        lambda r: r.walking(combine="abs"),
        applies=lambda _: True,
    ),
)
