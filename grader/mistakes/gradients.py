"""The usual mistakes in a gradient by hand. Each is the result of changed derivative rules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.language.expressions import ExpressionError
from grader.language.tensor_formulas import CURVES, TOTALS, Derivations, computed_by
from grader.mistakes import wording
from grader.mistakes.mistake import Slip
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

MAX_BATCH = 64  # rows whose gradients are computed one by one

GRADIENT_MISTAKES = (
    "flipped-sign",
    "forgot-the-mean",
    "mean-for-sum",
    "forgot-the-exponent",
    "forgot-inner-derivative",
    "not-summed-over-batch",
    "stopped-too-early",
    "transposed-gradient",
    "gradient-of-another",
    "answered-the-value",
    "took-a-step",
)


def gradient_of(
    tree: ast.expr, scope: Mapping[str, Any], name: str, rules: Derivations | None = None
) -> Tensor:
    """Return the gradient of a formula with respect to one of its tensors.

    Raises:
        ExpressionError: the formula is not one number, or does not depend on the tensor.

    """
    leaf = scope[name].detach().clone().requires_grad_()
    value = computed_by(tree, {**scope, name: leaf}, rules or Derivations())
    if not hasattr(value, "numel") or value.numel() != 1:
        shape = tuple(getattr(value, "shape", ()))
        remedy = "Begin it with sum(...) or mean(...)."
        raise ExpressionError(f"The formula gives values of shape {shape}, not one number.", remedy)
    if not value.requires_grad:
        raise ExpressionError(f"The formula does not depend on '{name}'.")
    (gradient,) = torch.autograd.grad(value.sum(), leaf)
    right: Tensor = gradient.detach()
    return right


def gradient_slips(tree: ast.expr, scope: Mapping[str, Any], name: str, right: Tensor) -> Iterator[Slip]:
    """Yield the usual wrong gradients; a mistake that the formula does not allow is left out."""
    value = computed_by(tree, scope, Derivations())
    used = {one.func.id for one in ast.walk(tree) if isinstance(one, ast.Call) and hasattr(one.func, "id")}
    powers = [one for one in ast.walk(tree) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Pow)]

    def by(rules: Derivations) -> Tensor:
        return gradient_of(tree, scope, name, rules)

    yield Slip("flipped-sign", wording.GRADIENT_FLIPPED, -right)
    if "mean" in used:
        yield Slip("forgot-the-mean", wording.FORGOT_THE_MEAN, by(_totals(mean=TOTALS["sum"])))
    if "sum" in used:
        yield Slip("mean-for-sum", wording.MEAN_OF_SUM, by(_totals(sum=TOTALS["mean"])))
    if powers:
        yield Slip("forgot-the-exponent", wording.FORGOT_EXPONENT, by(Derivations(power=_without_exponent)))
    if curves := [one for one in CURVES if one in used]:
        message = wording.FORGOT_INNER.format(functions=" and ".join(curves))
        straight = {one: _straight(CURVES[one]) for one in curves}
        found = by(Derivations(curves={**CURVES, **straight}))
        yield Slip("forgot-inner-derivative", message, found, is_rare=curves == ["relu"])  # often it is 1
    yield from _of_rows(tree, scope, name)
    yield from _stopped(tree, scope, name)
    if right.dim() >= 2:
        yield Slip("transposed-gradient", wording.GRADIENT_TRANSPOSED, right.transpose(-2, -1))
    yield from _of_others(tree, scope, name)
    yield Slip("answered-the-value", wording.GRADIENT_VALUE, torch.as_tensor(value).detach().reshape(()))
    yield Slip("took-a-step", wording.GRADIENT_STEP, scope[name] - right)


def _totals(**others: Callable[[Tensor], Tensor]) -> Derivations:
    return Derivations(totals={**TOTALS, **others})


def _without_exponent(base: Tensor, exponent: float) -> Tensor:
    """Return a power whose derivative lacks the exponent as a factor."""
    power = base**exponent
    return power / exponent + (power - power / exponent).detach()


def _straight(curve: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return a function whose derivative is taken to be 1."""
    return lambda u: u + (curve(u) - u).detach()


def _of_rows(tree: ast.expr, scope: Mapping[str, Any], name: str) -> Iterator[Slip]:
    """Yield the gradients of all rows of a batch, side by side and not added up."""
    sizes: set[int] = set()

    def note(total: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def noted(u: Tensor) -> Tensor:
            sizes.add(u.shape[0] if u.dim() else 0)
            return total(u)

        return noted

    gradient_of(tree, scope, name, Derivations(totals={one: note(total) for one, total in TOTALS.items()}))
    (size,) = sizes if len(sizes) == 1 else (0,)
    if not 1 < size <= MAX_BATCH:
        return

    def of_row(row: int) -> Derivations:
        return _totals(sum=lambda u: u[row].sum(), mean=lambda u: u[row].sum() / u.numel())

    try:
        rows = torch.stack([gradient_of(tree, scope, name, of_row(row)) for row in range(size)])
    except ExpressionError:
        return
    yield Slip("not-summed-over-batch", wording.NOT_SUMMED_OVER_BATCH, rows)


def _stopped(tree: ast.expr, scope: Mapping[str, Any], name: str) -> Iterator[Slip]:
    """Yield the gradient with respect to the part of the formula that holds the tensor, not to the tensor."""
    around = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.BinOp) and any(_is_name(side, name) for side in (one.left, one.right))
    ]
    for part in around:
        found: list[Tensor] = []

        def hear(one: ast.expr, value: Any, part: ast.expr = part, found: list[Tensor] = found) -> None:
            if one is part:
                found.append(value)

        leaf = scope[name].detach().clone().requires_grad_()
        value = computed_by(tree, {**scope, name: leaf}, replace(Derivations(), heard=hear))
        (gradient,) = torch.autograd.grad(value.sum(), found, retain_graph=False)
        message = wording.STOPPED_TOO_EARLY.format(part=ast.unparse(part), name=name)
        yield Slip("stopped-too-early", message, gradient.detach(), is_rare=True)  # often all rows of a batch


def _is_name(part: ast.expr, name: str) -> bool:
    return isinstance(part, ast.Name) and part.id == name


def _of_others(tree: ast.expr, scope: Mapping[str, Any], name: str) -> Iterator[Slip]:
    """Yield the gradients with respect to the other tensors."""
    for other, value in scope.items():
        if other == name or not hasattr(value, "numel"):
            continue
        try:
            gradient = gradient_of(tree, scope, other)
        except ExpressionError:  # the formula does not depend on it
            continue
        yield Slip(
            "gradient-of-another",
            wording.OTHER_GRADIENT.format(name=name, other=other),
            gradient,
            is_rare=True,
        )
