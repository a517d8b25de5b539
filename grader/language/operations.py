"""Operations on tensors written as in torch: `matmul(a, b)`, `cat((a, b), dim=1)`, `a.view(M, -1)`.

The text is parsed with `ast`, checked against the list below, and never evaluated. torch itself computes the
shape of the result, on its `meta` device. `broadcast(a, b)` is what `a + b` does to the shapes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.errors import did_you_mean
from grader.language.expressions import ExpressionError, Scope, evaluate_tree, names_in, parse_expression
from grader.language.layers import LayerError, reason_of
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Sizes = tuple[int, ...]
_REMEDY = "Write it as in torch: matmul(a, b)."


class _Form(NamedTuple):
    """How an operation is written: how many tensors, whether in a list, and its other arguments."""

    tensors: int  # that are listed one by one; 0: as a tuple or list in the first argument
    arguments: tuple[str, ...] = ()
    is_open: bool = False  # whether the only argument can be written as several: view(a, 2, 3)


OPERATIONS: dict[str, _Form] = {
    "broadcast": _Form(2),
    "matmul": _Form(2),
    "cat": _Form(0, ("dim",)),
    "stack": _Form(0, ("dim",)),
    "view": _Form(1, ("shape",), is_open=True),
    "transpose": _Form(1, ("dim0", "dim1")),
    "permute": _Form(1, ("dims",), is_open=True),
    "sum": _Form(1, ("dim", "keepdim")),
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "cat": {"dim": 0},
    "stack": {"dim": 0},
    "sum": {"keepdim": False},
}
_RUN: dict[str, Callable[..., Tensor]] = {
    "broadcast": lambda one, other: one + other,
    "matmul": lambda one, other: torch.matmul(one, other),  # noqa: PLW0108 torch is imported when it runs
    "cat": lambda *tensors, dim: torch.cat(tensors, dim),
    "stack": lambda *tensors, dim: torch.stack(tensors, dim),
    "view": lambda one, shape: one.view(shape),
    "transpose": lambda one, dim0, dim1: one.transpose(dim0, dim1),
    "permute": lambda one, dims: one.permute(dims),
    "sum": lambda one, dim, keepdim: one.sum(dim, keepdim=keepdim),
}


@dataclass(frozen=True)
class TensorOperation:
    """An operation as written: the names of its tensors, and arguments that are still formulas."""

    name: str
    tensors: tuple[str, ...]
    arguments: dict[str, ast.expr] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Return the exercise's parameters that its arguments read."""
        return frozenset().union(*(names_in(tree) for tree in self.arguments.values()))


@dataclass(frozen=True)
class Operated:
    """An operation with numbers: the shapes that go in, its arguments, and the shape that comes out."""

    name: str
    inputs: tuple[Sizes, ...]
    arguments: Mapping[str, Any]
    output: Sizes


@lru_cache(maxsize=1024)
def parse_operation(text: str) -> TensorOperation:
    """Read an operation.

    Raises:
        LayerError: it does not call a listed operation, or gives an argument that this does not have.

    """
    try:
        return _operation(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(f"'{text}' is not an operation on tensors.", _REMEDY) from None


def _operation(node: ast.expr) -> TensorOperation:
    if not isinstance(node, ast.Call):
        raise LayerError(f"'{ast.unparse(node)}' is not an operation on tensors.", _REMEDY)
    name, given = _called(node)
    if name not in OPERATIONS:
        raise LayerError(f"There is no operation '{name}'.", did_you_mean(name, OPERATIONS))
    form = OPERATIONS[name]
    tensors, rest = _tensors(name, form, given)
    return TensorOperation(name, tensors, _arguments(name, form, rest, node.keywords))


def _called(node: ast.Call) -> tuple[str, list[ast.expr]]:
    """Return the name of what is called and its arguments; of `a.view(2)`, the tensor is the first."""
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "torch":
        return node.func.attr, [node.func.value, *node.args]
    return ast.unparse(node.func).removeprefix("torch."), node.args


def _tensors(name: str, form: _Form, given: list[ast.expr]) -> tuple[tuple[str, ...], list[ast.expr]]:
    count = form.tensors or 1
    found, rest = given[:count], given[count:]
    if not form.tensors and found and isinstance(found[0], ast.Tuple | ast.List):
        found = found[0].elts
    names = tuple(one.id for one in found if isinstance(one, ast.Name))
    if len(names) != len(found) or len(names) < (form.tensors or 2):
        example = "((a, b), dim=0)" if not form.tensors else "(a, b)" if form.tensors > 1 else "(a, ...)"
        raise LayerError(f"{name} needs the names of its tensors.", f"Write {name}{example}.")
    return names, rest


def _arguments(
    name: str, form: _Form, rest: list[ast.expr], keywords: list[ast.keyword]
) -> dict[str, ast.expr]:
    if form.is_open and len(rest) > 1:
        rest = [ast.Tuple(rest, ast.Load())]
    known = form.arguments
    pairs = [*zip(known, rest, strict=False), *((one.arg or "", one.value) for one in keywords)]
    unknown = next((key for key, _ in pairs if key not in known), None)
    if unknown is not None:
        raise LayerError(f"{name} has no parameter '{unknown}'.", did_you_mean(unknown, known))
    found = dict(pairs)
    missing = [key for key in known if key not in {*found, *_DEFAULTS.get(name, {})}]
    if len(rest) > len(known) or len(found) < len(pairs) or missing:
        raise LayerError(
            f"{name} has the wrong arguments.", f"It takes: {', '.join(('tensors', *known))}, each once."
        )
    for value in found.values():
        try:
            parse_expression(ast.unparse(value))
        except ExpressionError as error:
            raise LayerError(str(error)) from None
    return found


def operate(operation: TensorOperation, scope: Scope, shapes: Mapping[str, Sequence[int]]) -> Operated:
    """Let torch compute the shape of the result, without memory for any values.

    Raises:
        LayerError: torch refuses the shapes or the arguments.

    """
    inputs = tuple(tuple(shapes[name]) for name in operation.tensors)
    if not all(shape and min(shape) > 0 for shape in inputs):
        raise LayerError("A tensor needs at least one size, and sizes of 1 or more.")
    try:
        given = {key: evaluate_tree(tree, scope) for key, tree in operation.arguments.items()}
    except ExpressionError as error:
        raise LayerError(str(error)) from None
    for key, value in given.items():
        numbers = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(one, int) for one in numbers):
            raise LayerError(f"'{key}' must be one or more whole numbers.", "Look at its formula.")
    plain = {key: tuple(one) if isinstance(one, list) else one for key, one in given.items()}
    if OPERATIONS[operation.name].is_open:
        plain = {key: one if isinstance(one, tuple) else (one,) for key, one in plain.items()}
    arguments = {**_DEFAULTS.get(operation.name, {}), **plain}
    return Operated(
        operation.name, inputs, arguments, _output(operation.name, inputs, tuple(arguments.items()))
    )


@lru_cache(maxsize=1 << 14)  # students' variants share their sizes
def _output(name: str, inputs: tuple[Sizes, ...], arguments: tuple[tuple[str, Any], ...]) -> Sizes:
    try:
        tensors = [torch.empty(shape, device="meta") for shape in inputs]
        output = tuple(_RUN[name](*tensors, **dict(arguments)).shape)
    except (TypeError, ValueError, RuntimeError, IndexError, ArithmeticError) as error:
        sizes = " and ".join("x".join(map(str, shape)) for shape in inputs)
        raise LayerError(f"torch cannot compute {name} of {sizes}: {reason_of(error)}") from None
    if not output:
        raise LayerError("The result is a single number, which has no sizes.", "Sum over fewer dimensions.")
    return output
