"""A usual mistake, and the families of layers that share some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

Run = TypeVar("Run")
_REFUSALS = (RuntimeError, ValueError, IndexError)  # what torch raises where a wrong layer is impossible


@dataclass(frozen=True)
class Mistake(Generic[Run]):
    """A wrong way to compute, where it `applies`."""

    name: str
    message: str
    compute: Callable[[Run], Tensor]
    applies: Callable[[Run], bool] = lambda run: True  # noqa: ARG005 the common case looks at nothing


@dataclass(frozen=True)
class Family(Generic[Run]):
    """Layers that are computed alike: how one is read, and what goes wrong with it."""

    read: Callable[[Mapping[str, Any], Tensor, Mapping[str, Tensor]], Run]
    mistakes: tuple[Mistake[Run], ...]
    dims: int | None = None  # of the image; None where any number will do

    def wrongs(
        self, given: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
    ) -> list[tuple[str, str, Tensor]]:
        """All that torch can compute; an image without batch gives outputs without one."""
        is_alone = self.dims is not None and image.dim() == self.dims + 1
        run = self.read(given, image.unsqueeze(0) if is_alone else image, state)
        found = []
        for mistake in self.mistakes:
            if mistake.applies(run):
                try:
                    output = mistake.compute(run)
                except _REFUSALS:
                    continue
                found.append((mistake.name, mistake.message, output.squeeze(0) if is_alone else output))
        return found
