"""A layer with the numbers that an author gives: its input, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.language.expressions import ExpressionError
from grader.language.fault import at
from grader.language.layers import Layer, parse_layer, reason_of, spell, state_shapes
from grader.language.params import Variant
from grader.questions.base import computed
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Formulas = bool | int | float | str | list[Any]  # nested lists of formulas, or a parameter that holds one
Path = tuple[str, ...]


def given_layer(
    text: str, input_: Formulas, given: Mapping[Path, Formulas | None], variant: Variant, dtype: Any
) -> tuple[Layer, Tensor, dict[str, Tensor]]:
    """Return a layer, its input, and its state; `given` holds the state by its place in the YAML."""
    layer = parse_layer(text)
    image = tensor_of(computed(input_, variant, "input"), dtype, "input")
    with at("layer"):
        shapes = state_shapes(spell(layer, variant.params))
    state: dict[str, Tensor] = {}
    told = {path: numbers for path, numbers in given.items() if numbers is not None}
    for path, numbers in told.items():
        name = path[-1]
        if name not in shapes:
            raise ExpressionError(f"The layer has no '{name}'; it has: {', '.join(shapes) or 'nothing'}.")
        values = tensor_of(computed(numbers, variant, *path), dtype, *path)
        state[name] = values.expand(shapes[name]) if values.dim() == 0 else values
    missing = [name for name in shapes if name not in state]
    if missing:
        raise ExpressionError(
            f"The values of {', '.join(missing)} are not given, so torch would choose them at random."
        )
    state = {name: _reshaped(state[name], shape) for name, shape in shapes.items()}
    while image.dim() < 4 and layer.name.endswith("2d"):
        image = image.unsqueeze(0)
    return layer, image, state


def tensor_of(numbers: Any, dtype: Any, *path: str) -> Tensor:
    """Make a tensor of the numbers at a place in the YAML."""
    with at(*path):
        try:
            return torch.tensor(numbers, dtype=dtype)
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            raise ExpressionError(
                f"torch cannot make a tensor of these numbers: {reason_of(error)}"
            ) from None


def core(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape without leading dimensions of size 1, but keep at least two dimensions (an image).

    >>> core((1, 1, 3, 3)), core((1, 1, 1, 3)), core((2, 3))
    ((3, 3), (1, 3), (2, 3))
    """
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return shape


def _reshaped(values: Tensor, shape: Any) -> Tensor:
    """Restore leading dimensions of size 1 that the author left out of a weight."""
    return values.reshape(shape) if core(tuple(values.shape)) == core(tuple(shape)) else values
