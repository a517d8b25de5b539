"""What the hidden checks of a question never vary in the inputs of student code.

Wrong code can agree with the right code on special inputs (square ones, one dtype, a batch of one). It passes
checks that give it no others. Here the reference is called, and its inputs are recorded.
"""

from __future__ import annotations

import inspect
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.examiner.checks import Reference
from grader.examiner.stand_in import StandIn
from grader.questions.values import is_tensor
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

TENFOLD = 10  # ratio of the largest values of two inputs from which their magnitudes differ
MOST_CELLS = 1 << 20  # of an input whose values are looked at


class Seen(NamedTuple):
    """What matters about one tensor that was passed."""

    dtype: str
    shape: tuple[int, ...]
    is_contiguous: bool
    is_symmetric: bool
    lowest: float
    highest: float


Inputs = dict[str, dict[str, list[Any]]]  # what was passed, by question and argument


class Witness(Reference):
    """The reference in the student's place, which records its inputs."""

    def __init__(self, module: ModuleType | None, inputs: Inputs, asked: Collection[str] = ()) -> None:
        super().__init__(module, asked)
        self._inputs = inputs

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        is_own = callable(value) and hasattr(self._module, name)
        return _Witnessed(value, self._inputs[name]) if is_own else value


class _Witnessed(StandIn):
    """A callable; if it is a class, its objects can be called as well."""

    def __init__(self, value: Callable[..., Any], inputs: dict[str, list[Any]]) -> None:
        super().__init__(value)
        self._inputs = inputs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for name, given in _named(self._value, args, kwargs).items():
            seen = _seen(given)
            if seen is not None:
                self._inputs[name].append(seen)
        result = self._value(*args, **kwargs)
        is_object = isinstance(self._value, type) and callable(result)
        return _Witnessed(result, self._inputs) if is_object else result


def none_yet() -> Inputs:
    """Return the inputs of questions whose checks have not run yet."""
    return defaultdict(lambda: defaultdict(list))


def _named(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments by the names of parameters, including defaults."""
    target = getattr(function, "_value", function)  # of the function that records results
    try:
        bound = inspect.signature(getattr(target, "forward", target)).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return {**{f"argument {index}": value for index, value in enumerate(args, 1)}, **kwargs}
    bound.apply_defaults()
    return bound.arguments


def _seen(value: Any) -> Seen | int | None:
    """Inspect a tensor or a whole number; ignore everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not is_tensor(value) or value.layout is not torch.strided or value.numel() > MOST_CELLS:
        return None
    cells = value.detach().to(torch.float64) if not value.is_complex() else value.detach().abs()
    has_cells = cells.numel() > 0
    return Seen(
        str(value.dtype).removeprefix("torch."),
        tuple(value.shape),
        value.is_contiguous(),
        _is_symmetric(cells),
        float(cells.min()) if has_cells else 0.0,
        float(cells.max()) if has_cells else 0.0,
    )


def _is_symmetric(cells: Tensor) -> bool:
    """Return whether it looks the same when mirrored, transposed or rotated by half a turn."""
    if cells.dim() < 2:
        return bool(torch.equal(cells, cells.flip(0))) if cells.dim() else True
    same = [cells.flip(-1), cells.flip(-2), cells.flip(-1, -2)]
    same += [cells.mT] if cells.shape[-1] == cells.shape[-2] else []
    return any(torch.equal(cells, other) for other in same)


def never_varied(inputs: Inputs, where: str = "") -> Iterator[str]:
    """Yield for each question what its hidden checks never vary, if they pass any inputs.

    `where` says of which variant the inputs are, if they can differ.
    """
    for question, arguments in inputs.items():
        told: dict[str, list[str]] = defaultdict(list)
        for name, values in arguments.items():
            for constant in _constants(values):
                told[constant].append(f"`{name}`")
        if told:
            constants = "; ".join(f"{', '.join(names)}: {constant}" for constant, names in told.items())
            yield f"{question}: hidden checks never vary{where}: {constants}."


def _constants(values: Sequence[Any]) -> Iterator[str]:
    """Yield what all values of one argument have in common."""
    tensors = [value for value in values if isinstance(value, Seen)]
    numbers = {value for value in values if isinstance(value, int)}
    if tensors:
        yield from _common_form(tensors)
        yield from _common_values(tensors)
    elif len(numbers) == 1:
        yield f"always {numbers.pop()}"


def _common_form(tensors: Sequence[Seen]) -> Iterator[str]:
    """Yield what their forms share: dtype, size, batch, channels, contiguity."""
    if len({one.dtype for one in tensors}) == 1:
        yield f"dtype, always {tensors[0].dtype}"
    shapes = {one.shape for one in tensors}
    if len(shapes) == 1:
        yield f"size, always {'x'.join(map(str, tensors[0].shape)) or 'a single value'}"
    else:
        yield from _common_sizes(shapes)
    if all(one.is_contiguous for one in tensors):
        yield "contiguity, always contiguous"


def _common_sizes(shapes: set[tuple[int, ...]]) -> Iterator[str]:
    sides = [shape[-2:] for shape in shapes if len(shape) > 1]
    if sides and all(height == width for height, width in sides):
        yield "size, always square"
    for place, (what, least) in enumerate((("batch", 3), ("channels", 4))):
        sizes = {shape[place] for shape in shapes if len(shape) >= least}
        if len(sizes) == 1:
            yield f"{what} (size {place}), always {sizes.pop()}"


def _common_values(tensors: Sequence[Seen]) -> Iterator[str]:
    """Yield what their values share: sign, magnitude, symmetry."""
    if all(one.lowest >= 0 for one in tensors):
        yield "sign, never below 0"
    elif all(one.highest <= 0 for one in tensors):
        yield "sign, never above 0"
    sizes = [
        size for one in tensors if (size := max(abs(one.lowest), abs(one.highest))) and math.isfinite(size)
    ]
    if sizes and max(sizes) < TENFOLD * min(sizes):
        yield f"magnitude, always up to about {max(sizes):.3g}"
    if all(one.is_symmetric for one in tensors):
        yield "symmetry, always symmetric"
