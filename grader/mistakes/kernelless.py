"""The usual mistakes in computing layers without a moving kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.mistakes import wording
from grader.mistakes.mistake import Mistake
from grader.torch_lazy import torch
from grader.walks.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class LinearRun:
    """A linear layer with its input."""

    image: Tensor
    weight: Tensor
    bias: Tensor | None


def read_linear(_: Walk, image: Tensor, state: Mapping[str, Tensor]) -> LinearRun:
    """Read a linear layer from its parameters."""
    bias = state.get("bias")
    return LinearRun(image, state["weight"].to(image), None if bias is None else bias.to(image))


def _is_square(run: LinearRun) -> bool:
    return run.weight.shape[0] == run.weight.shape[1] > 1


LINEAR: tuple[Mistake[LinearRun, Tensor], ...] = (
    Mistake(
        "forgot-bias",
        wording.LINEAR_FORGOT_BIAS,
        lambda r: torch.nn.functional.linear(r.image, r.weight),
        lambda r: r.bias is not None,
    ),
    Mistake(
        "transposed-weight",
        wording.LINEAR_TRANSPOSED_WEIGHT,
        lambda r: torch.nn.functional.linear(r.image, r.weight.T, r.bias),
        _is_square,
    ),
)

RELU: tuple[Mistake[Tensor, Tensor], ...] = (
    Mistake(
        "absolute-value",
        wording.RELU_ABSOLUTE_VALUE,
        lambda image: image.abs(),
    ),
)
