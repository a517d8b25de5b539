"""A layer with its numbers as tensors: what torch computes, and what a mistake changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from grader.torch_lazy import torch
from grader.walks.axis import Axes
from grader.walks.walk import Walk
from grader.walks.worked import Numbers, Worked, nested

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Calculation:
    """A walk with its numbers. Most mistakes change one field of it."""

    walk: Walk
    image: Tensor
    weight: Tensor | None = None
    bias: Tensor | None = None
    first: tuple[int, ...] = ()  # the cell of the kernel that holds its first weight, if it was moved

    @property
    def axes(self) -> Axes:
        """How the kernel moves."""
        return self.walk.axes

    @property
    def kernel(self) -> Tensor:
        """The weight of a layer that has one."""
        return cast("Tensor", self.weight)

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions along which the kernel moves."""
        return tuple(range(2, 2 + len(self.axes)))

    def walking(self, **changed: Any) -> Calculation:
        """Change the walk."""
        return replace(self, walk=replace(self.walk, **changed))


def read_calculation(walk: Walk, image: Tensor, state: Mapping[str, Tensor]) -> Calculation:
    """Read a layer from its walk and its parameters."""
    weight, bias = state.get("weight"), state.get("bias")
    return Calculation(
        walk, image, None if weight is None else weight.to(image), None if bias is None else bias.to(image)
    )


def calculation_of(worked: Worked) -> Calculation:
    """Return a walk with its numbers as tensors."""
    image, weight, bias = map(_tensor, (worked.image, worked.weight, worked.bias))
    return Calculation(worked.walk, image, weight, bias, worked.first)


def _tensor(numbers: Numbers | None) -> Any:
    return None if numbers is None else torch.tensor(numbers, dtype=torch.float64)


def worked_of(run: Calculation, how: str = "") -> Worked:
    """Return a run with its numbers as nested tuples."""
    weight, bias = (None if one is None else nested(one.tolist()) for one in (run.weight, run.bias))
    walk = replace(run.walk, input=tuple(run.image.shape))
    flat = bias if isinstance(bias, tuple) else None
    return Worked(walk, nested(run.image.tolist()), weight, flat, run.first, how)  # type: ignore[arg-type]
