"""The values of formulas over the variants of several students, a column for each formula."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.language.expressions import ExpressionError, evaluate
from grader.questions.values import as_float, is_number

VariantColumn = npt.NDArray[np.float64]

_NUMPY: dict[type[ast.operator], Any] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
}


class Columns:
    """Formulas computed for each of some variants; a value that cannot be computed is nan."""

    def __init__(self, variants: Sequence[Mapping[str, Any]]) -> None:
        self._variants = variants
        self._known: dict[str, VariantColumn] = {}

    def of(self, text: str) -> VariantColumn:
        """Return the values of a formula."""
        if text not in self._known:
            self._known[text] = np.array([_number(text, params) for params in self._variants])
        return self._known[text]

    def quickly(self, tree: ast.expr) -> VariantColumn | None:
        """Return the values of a formula from its columns; None if it is more than arithmetic."""
        match tree:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _NUMPY:
                sides = self.quickly(left), self.quickly(right)
                if sides[0] is None or sides[1] is None:
                    return None
                with np.errstate(all="ignore"):
                    return finite(_NUMPY[type(op)](*sides))
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
                side = self.quickly(left)
                return None if side is None else side * side
            case ast.Name(id=name):
                return self.of(name)
            case ast.Constant(value=int(value)):
                return np.full(len(self._variants), float(value))
        return None


def finite(values: VariantColumn) -> VariantColumn:
    """Replace what is not finite by nan."""
    return np.where(np.isfinite(values), values, np.nan)


def _number(text: str, params: Mapping[str, Any]) -> float:
    try:
        value = evaluate(text, params)
    except ExpressionError:
        return np.nan
    return as_float(value) if is_number(value) or isinstance(value, bool) else np.nan
