"""The figure of an exercise: a layer at work, as its author asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.course.records import Illustration
from grader.figures.figure import CannotDraw, Show
from grader.figures.frames import figure_of
from grader.language.expressions import whole_numbers
from grader.language.fault import at
from grader.language.layers import apply, parse_layer
from grader.language.params import Variant
from grader.mistakes.calculation import read_calculation, worked_of
from grader.questions.given import Formulas, Path, given_layer
from grader.questions.posed import Key, Posed
from grader.torch_lazy import torch
from grader.walks.as_written import walk_of
from grader.walks.walk import Walk
from grader.walks.worked import Worked

if TYPE_CHECKING:
    from torch import Tensor

MAX_NUMBERS = 4096  # of an input
MAX_WALKS = 1024  # that were drawn before
_DIMS = {"1d": 3, "2d": 4, "3d": 5, "Unfold": 4}  # of an input, by how the name of a layer ends


def illustrated(
    figure: Illustration, variant: Variant, posed: Sequence[Posed], keys: Iterable[Key]
) -> Worked:
    """Return what the figure of an exercise shows.

    Raises:
        LanguageError: it cannot be drawn, or it would give the answer to a question away.

    """
    worked = _numbers(figure, variant) if figure.has_numbers else _shape(figure, variant)
    _try(worked, figure.show)
    if figure.show == "whole" and _is_asked(worked, posed, keys):
        sentence = "The whole walk of a question's own layer and numbers would give its answer away."
        raise CannotDraw(sentence, "Use other numbers, or 'show: first'.")
    return worked


_drawn: set[tuple[Walk, bool, Show]] = set()


def _try(worked: Worked, show: Show) -> None:
    """Draw a figure, once for each walk: what the numbers are makes no figure impossible.

    Raises:
        CannotDraw: it cannot be drawn.

    """
    own = (worked.walk, worked.has_numbers, show)
    if own not in _drawn:
        figure_of(worked, show)
        if len(_drawn) >= MAX_WALKS:
            _drawn.clear()
        _drawn.add(own)


def _shape(figure: Illustration, variant: Variant) -> Worked:
    """Return a layer on an input of which only the shape is known."""
    with at("input"):
        shape = whole_numbers(figure.input if isinstance(figure.input, list) else [], variant.params)
        if not shape or min(shape) < 1:
            raise CannotDraw("A shape needs sizes of at least 1.", "Write it as in [1, 1, 5, 5].")
    with at("layer"):
        walk = walk_of(parse_layer(figure.layer), variant.params, shape)
        if walk is None:
            raise CannotDraw(f"There is no figure of this layer on an input of shape {shape}.")
    return Worked(walk)


def _numbers(figure: Illustration, variant: Variant) -> Worked:
    """Return a layer with the numbers of its input."""
    given: dict[Path, Formulas | None] = {("weight",): figure.weight, ("bias",): figure.bias}
    layer, image, state = given_layer(figure.layer, figure.input, given, variant, torch.float64)
    image = _with_batch(image, layer.name)
    with at("input"):
        if image.numel() > MAX_NUMBERS or not image.isfinite().all():
            raise CannotDraw(f"A figure's input must have at most {MAX_NUMBERS} numbers, all of them finite.")
    with at("layer"):
        apply(layer, variant.params, image, dict(state))  # torch refuses what does not fit together
        walk = walk_of(layer, variant.params, tuple(image.shape))
        if walk is None:
            raise CannotDraw(f"There is no figure of this layer on an input of shape {list(image.shape)}.")
    return worked_of(read_calculation(walk, image, state))


def _with_batch(image: Tensor, name: str) -> Tensor:
    """Add the dimensions of batch and channels that an author may leave out."""
    dims = next((count for end, count in _DIMS.items() if name.endswith(end)), 0)
    while image.dim() < dims:
        image = image.unsqueeze(0)
    return image


def _is_asked(worked: Worked, posed: Sequence[Posed], keys: Iterable[Key]) -> bool:
    """Return whether a question asks about this layer on an input of this shape, or with these numbers."""
    if any(one.walk == worked.walk for one in posed):
        return True
    own = [replace(key.worked, how="") for key in keys if key.worked]
    return worked in own or (not worked.has_numbers and any(one.walk == worked.walk for one in own))
