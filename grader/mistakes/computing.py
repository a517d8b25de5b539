"""The usual mistakes in computing the output of a layer.

`counting` has the mistakes in the size of the output. A mistake is left out if it cannot change the output,
whatever the numbers: a stride when the kernel has no room to move, or a flipped kernel of one cell. The
caller must check whether two mistakes agree on the given numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.language.layers import Layer
from grader.mistakes.calculation import Calculation, calculation_of, read_calculation, worked_of
from grader.mistakes.convolution import CONVOLUTION
from grader.mistakes.kernelless import LINEAR, RELU
from grader.mistakes.mistake import Mistake, Slip
from grader.mistakes.pooling import AVG_POOL, MAX_POOL
from grader.mistakes.transposed import TRANSPOSED
from grader.mistakes.wording import TWO_WAYS
from grader.torch_lazy import torch
from grader.walks.as_written import walk_of
from grader.walks.worked import Tracks, Worked

if TYPE_CHECKING:
    from torch import Tensor

_REFUSALS = (RuntimeError, ValueError, IndexError)  # what torch raises if a wrong layer is impossible
Mistakes = tuple[Mistake[Calculation, "Tensor"], ...]

_MISTAKES: dict[tuple[str, str], Mistakes] = {  # by family, and by how the inputs are combined
    ("convolution", "sum"): CONVOLUTION,
    ("transposed convolution", "sum"): TRANSPOSED,
    ("pooling", "max"): MAX_POOL,
    ("pooling", "mean"): AVG_POOL,
    ("linear", "sum"): LINEAR,
    ("elementwise", "relu"): RELU,
}

MAX_WORKED = 4096  # numbers of an input; a figure of more would be too slow to make
VALUE_MISTAKES = tuple(dict.fromkeys(mistake.name for mistakes in _MISTAKES.values() for mistake in mistakes))


def value_mistakes(
    layer: Layer,
    params: Mapping[str, Any],
    image: Tensor,
    state: Mapping[str, Tensor],
    *,
    with_rare: bool = True,
) -> Iterator[Slip]:
    """Return the usual wrong outputs, or only those that draws of students' numbers avoid.

    Mistakes that do not apply are left out: nobody forgets a bias that does not exist.
    """
    run = _run(layer, params, image, state)
    if run is None:
        return iter(())
    with torch.no_grad():  # all at once: a generator would also switch off the caller's gradients
        slips = list(_made([one for one in _mistakes_of(run) if with_rare or not one.is_rare], run))
    is_alone = _is_alone(layer, image)
    return (one._replace(answer=one.answer.squeeze(0)) if is_alone else one for one in slips)


def worked_layer(
    layer: Layer, params: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
) -> Worked | None:
    """Return a layer with its numbers, if there are usual mistakes in computing it."""
    run = _run(layer, params, image, state)
    is_drawable = image.numel() <= MAX_WORKED and bool(image.isfinite().all())
    return worked_of(run) if run and is_drawable else None


def value_tracks(true: Worked, name: str, agrees: Callable[[Any], bool]) -> Tracks | None:
    """Return the right way and the mistaken one that leads to an answer; None if the mistake is not a walk.

    `agrees` says of an output, as nested lists, whether it is the answer.
    """
    run = calculation_of(true)
    instead, how = TWO_WAYS.get(name, ("", ""))
    for mistake in _mistakes_of(run):
        if mistake.name == name and mistake.way is not None and mistake.applies(run):
            mistaken = _tried(mistake, run)
            if mistaken is not None and agrees(mistake.answer(run).tolist()):
                return Tracks(replace(true, how=instead), worked_of(mistaken, how))
    return None


def _tried(mistake: Mistake[Calculation, Tensor], run: Calculation) -> Calculation | None:
    """Return the mistaken walk, unless torch refuses it."""
    try:
        mistake.answer(run)
        return mistake.way(run) if mistake.way else None
    except _REFUSALS:
        return None


def _is_alone(layer: Layer, image: Tensor) -> bool:
    """Return whether an image has no batch."""
    return layer.name.endswith(f"{image.dim() - 1}d")


def _run(
    layer: Layer, params: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
) -> Calculation | None:
    """Read a layer with its numbers, if there are usual mistakes in computing it."""
    whole = image.unsqueeze(0) if _is_alone(layer, image) else image
    walk = walk_of(layer, params, whole.shape)
    return read_calculation(walk, whole, state) if walk and (walk.family, walk.combine) in _MISTAKES else None


def _mistakes_of(run: Calculation) -> Mistakes:
    return _MISTAKES.get((run.walk.family, run.walk.combine), ())


def _made(mistakes: Iterable[Mistake[Calculation, Tensor]], run: Calculation) -> Iterator[Slip]:
    """Yield all mistakes that torch can compute."""
    for mistake in mistakes:
        if mistake.applies(run):
            try:
                yield mistake.made(run, noun=run.walk.noun)
            except _REFUSALS:
                continue
