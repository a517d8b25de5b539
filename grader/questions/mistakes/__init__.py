"""The usual mistakes in computing the values that come out of a layer.

The counterpart of `size_mistakes`, which knows the mistakes in counting how many come out. A mistake is left
out where it could change nothing, whatever the numbers: a stride where the kernel has no room to move, a
kernel of one cell that is turned round. Whether two mistakes agree on the numbers at hand is for the caller
to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grader.language.layers import Layer, arguments_of
from grader.questions.mistakes.convolution import CONVOLUTION, read_convolution
from grader.questions.mistakes.kernelless import LINEAR, RELU, read_linear
from grader.questions.mistakes.mistake import Family
from grader.questions.mistakes.pooling import AVG_POOL, MAX_POOL, read_pool
from grader.questions.mistakes.transposed import TRANSPOSED
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

FAMILIES: dict[str, Family[Any]] = {
    **{f"Conv{d}d": Family(read_convolution, CONVOLUTION, d) for d in (1, 2, 3)},
    **{f"ConvTranspose{d}d": Family(read_convolution, TRANSPOSED, d) for d in (1, 2, 3)},
    **{f"MaxPool{d}d": Family(read_pool(d), MAX_POOL, d) for d in (1, 2, 3)},
    **{f"AvgPool{d}d": Family(read_pool(d), AVG_POOL, d) for d in (1, 2, 3)},
    "Linear": Family(read_linear, LINEAR),
    "ReLU": Family(lambda given, image, state: image, RELU),  # noqa: ARG005 it has nothing to be given
}

NAMES = tuple(dict.fromkeys(mistake.name for family in FAMILIES.values() for mistake in family.mistakes))


def value_mistakes(
    layer: Layer, params: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
) -> Iterator[tuple[str, str, Tensor]]:
    """The usual wrong outputs: (name, message for the student, values).

    Only those that apply: nobody forgets a bias that is not there.
    """
    family = FAMILIES.get(layer.name)
    if family is None:
        return iter(())
    with torch.no_grad():  # all at once: a generator would leave the caller without gradients between two
        return iter(family.wrongs(arguments_of(layer, params), image, state))
