"""The usual mistakes in computing the output of a layer.

`counting` has the mistakes in the size of the output. A mistake is left out if it cannot change the output,
whatever the numbers: a stride when the kernel has no room to move, or a flipped kernel of one cell. The
caller must check whether two mistakes agree on the given numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.language.layers import Layer
from grader.mistakes.convolution import CONVOLUTION, read_convolution
from grader.mistakes.kernelless import LINEAR, RELU, read_linear
from grader.mistakes.mistake import Mistake, Slip
from grader.mistakes.pooling import AVG_POOL, MAX_POOL, read_pool
from grader.mistakes.transposed import TRANSPOSED
from grader.torch_lazy import torch
from grader.walks.as_written import walk_of
from grader.walks.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor

_REFUSALS = (RuntimeError, ValueError, IndexError)  # what torch raises if a wrong layer is impossible
Mistakes = tuple[Mistake[Any, "Tensor"], ...]


@dataclass(frozen=True)
class Sort:
    """Layers that are computed in the same way: how to read one, and its usual mistakes."""

    read: Callable[[Walk, Tensor, Mapping[str, Tensor]], Any]
    mistakes: Mistakes


_SORTS: dict[tuple[str, str], Sort] = {  # by family, and by how the inputs are combined
    ("convolution", "sum"): Sort(read_convolution, CONVOLUTION),
    ("transposed convolution", "sum"): Sort(read_convolution, TRANSPOSED),
    ("pooling", "max"): Sort(read_pool, MAX_POOL),
    ("pooling", "mean"): Sort(read_pool, AVG_POOL),
    ("linear", "sum"): Sort(read_linear, LINEAR),
    ("elementwise", "relu"): Sort(lambda walk, image, state: image, RELU),  # noqa: ARG005 it has no parameters
}

VALUE_MISTAKES = tuple(dict.fromkeys(mistake.name for sort in _SORTS.values() for mistake in sort.mistakes))


def value_mistakes(
    layer: Layer, params: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
) -> Iterator[Slip]:
    """Return the usual wrong outputs.

    Mistakes that do not apply are left out: nobody forgets a bias that does not exist.
    """
    is_alone = layer.name.endswith(f"{image.dim() - 1}d")  # an image without a batch
    whole = image.unsqueeze(0) if is_alone else image
    walk = walk_of(layer, params, whole.shape)
    sort = _SORTS.get((walk.family, walk.combine)) if walk else None
    if walk is None or sort is None:
        return iter(())
    with torch.no_grad():  # all at once: a generator would also switch off the caller's gradients
        slips = list(_made(sort.mistakes, sort.read(walk, whole, state), walk.noun))
    return (one._replace(answer=one.answer.squeeze(0)) if is_alone else one for one in slips)


def _made(mistakes: Mistakes, run: Any, noun: str) -> Iterator[Slip]:
    """Yield all mistakes that torch can compute."""
    for mistake in mistakes:
        if mistake.applies(run):
            try:
                yield mistake.made(run, noun=noun)
            except _REFUSALS:
                continue
