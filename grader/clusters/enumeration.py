"""All small formulas over some atoms, compared with what students answered.

A formula is an atom, or an operation on smaller ones. Of formulas with the same values for all students only
the cheapest is kept. Of each formula, only the students that it fits are kept.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grader.clusters.atoms import Atom
from grader.clusters.columns import Columns, VariantColumn, finite
from grader.language.expressions import parse_expression

Mask = npt.NDArray[np.bool_]

FEWEST_FITTED = 3  # students of those searched
MAX_PAIRS = 2500  # formulas of two atoms that are combined further
MAX_SECONDS = 80  # formulas of one atom that others are combined with
MAX_THIRDS = 50  # atoms that they are combined with
MAX_POWER = 10
RELATIVE, ABSOLUTE = 1e-5, 1e-6


class _Operation(NamedTuple):
    """An operation on two columns, and how it is written."""

    form: str
    compute: Callable[[VariantColumn, VariantColumn], VariantColumn]


_COMMON = (
    _Operation("({0}) + ({1})", np.add),
    _Operation("({0}) * ({1})", np.multiply),
    _Operation("({0}) - ({1})", np.subtract),
    _Operation("({1}) - ({0})", lambda one, other: other - one),
    _Operation("({0}) // ({1})", np.floor_divide),
    _Operation("({0}) % ({1})", np.mod),
)
_OF_TWO = (
    *_COMMON,
    _Operation("max({0}, {1})", np.maximum),
    _Operation("min({0}, {1})", np.minimum),
    _Operation("({0}) / ({1})", np.divide),
    _Operation("({1}) // ({0})", lambda one, other: np.floor_divide(other, one)),
    _Operation("({1}) % ({0})", lambda one, other: np.mod(other, one)),
    _Operation(
        "({0}) ** ({1})", lambda one, other: np.where((other >= 0) & (other <= MAX_POWER), one**other, np.nan)
    ),
)
_OF_THREE = (*_COMMON, _Operation("({1}) // ({0})", lambda one, other: np.floor_divide(other, one)))
_OF_ONE: tuple[tuple[str, Callable[[VariantColumn], VariantColumn]], ...] = (
    ("({0}) ** 2", np.square),
    ("abs({0})", np.abs),
    ("int(({0}) > 0)", lambda one: np.where(np.isnan(one), np.nan, (one > 0).astype(float))),
)


class FormulaFit(NamedTuple):
    """A formula, and which of the students searched it fits."""

    mask: Mask
    cost: int
    text: str


@dataclass
class _Table:
    """Formulas with their values, a row each."""

    values: VariantColumn
    costs: npt.NDArray[np.int64]
    texts: list[str]


@dataclass
class FormulaSearch:
    """The formulas that fit one or several numbers of students' answers, cheapest first for each group.

    `answers` has a row for each number of an answer and a column for each student.
    """

    answers: VariantColumn
    fits: list[dict[bytes, FormulaFit]] = field(default_factory=list)
    tried: int = 0

    def __post_init__(self) -> None:
        self.fits = [{} for _ in self.answers]

    def run(self, columns: Columns, atoms: Sequence[Atom], edits: Iterator[ast.expr]) -> None:
        """Try all formulas."""
        singles = _distinct(_table([(columns.of(atom.text), atom.cost, atom.text) for atom in atoms]))
        self._look(singles.values, singles.costs, singles.texts.__getitem__)
        with np.errstate(all="ignore"):
            ones = _distinct(_joined([singles, *map(_Unary(singles), _OF_ONE)]))
            self._look(ones.values, ones.costs, ones.texts.__getitem__)
            pairs = self._combine(ones, _first(singles, MAX_SECONDS), _OF_TWO)
            squares = _Unary(_first(pairs, MAX_PAIRS // 4))(_OF_ONE[0])
            pairs = _first(_distinct(_joined([squares, pairs])), MAX_PAIRS)
            self._look(squares.values, squares.costs, squares.texts.__getitem__)
            self._combine(pairs, _first(singles, MAX_THIRDS), _OF_THREE, keep=False)
        self._edit(columns, edits)

    def _combine(
        self, ones: _Table, others: _Table, operations: Sequence[_Operation], *, keep: bool = True
    ) -> _Table:
        """Try each operation on each pair; return the distinct results."""
        made = []
        costs = (ones.costs[:, None] + others.costs[None, :] + 1).ravel()
        for form, compute in operations:
            shape = (len(ones.texts), len(others.texts))
            values = finite(compute(ones.values[:, None, :], others.values[None, :, :]))
            values = values.reshape(shape[0] * shape[1], -1)

            def text(row: int, form: str = form, width: int = shape[1]) -> str:
                first, second = divmod(row, width)
                return form.format(ones.texts[first], others.texts[second])

            self._look(values, costs, text)
            if keep:
                known = np.flatnonzero(~np.isnan(values).any(axis=1))
                order = known[np.argsort(costs[known], kind="stable")]
                order = order[_firsts(values[order])][:MAX_PAIRS]
                made.append(_Table(values[order], costs[order], [text(int(row)) for row in order]))
        return _distinct(_joined(made)) if made else ones

    def _edit(self, columns: Columns, edits: Iterator[ast.expr]) -> None:
        trees, values = [], []
        for tree in edits:
            column = columns.quickly(tree)
            if column is not None:
                trees.append(tree)
                values.append(column)
        if trees:
            costs = np.array([2 + _size(tree) // 3 for tree in trees])
            self._look(np.array(values), costs, lambda row: ast.unparse(trees[row]))

    def _look(self, values: VariantColumn, costs: npt.NDArray[np.int64], text: Callable[[int], str]) -> None:
        """Note which formulas fit several students."""
        self.tried += len(values)
        for own, answers in zip(self.fits, self.answers, strict=True):
            fitted = agree(values, answers)
            rows = np.flatnonzero(fitted.sum(axis=1) >= FEWEST_FITTED)
            rows = rows[np.argsort(costs[rows], kind="stable")]
            rows = rows[_firsts(fitted[rows])]
            for row in rows:
                key, cost = fitted[row].tobytes(), int(costs[row])
                if key not in own or cost < own[key].cost:
                    own[key] = FormulaFit(fitted[row], cost, text(int(row)))


class _Unary:
    """Apply an operation on one column to a table."""

    def __init__(self, table: _Table) -> None:
        self._table = table

    def __call__(self, operation: tuple[str, Callable[[VariantColumn], VariantColumn]]) -> _Table:
        form, compute = operation
        texts = [form.format(text) for text in self._table.texts]
        return _Table(finite(compute(self._table.values)), self._table.costs + 1, texts)


def agree(values: VariantColumn, answers: VariantColumn) -> Mask:
    """Return where values equal the answers: whole numbers exactly, others up to rounding."""
    off = np.where(answers == np.floor(answers), ABSOLUTE, ABSOLUTE + RELATIVE * np.abs(answers))
    return np.abs(values - answers) <= off


def tidy(text: str) -> str:
    """Return a formula without needless brackets.

    >>> tidy("((M) - (K)) + (1)")
    'M - K + 1'
    """
    return ast.unparse(parse_expression(text))


def _table(rows: Sequence[tuple[VariantColumn, int, str]]) -> _Table:
    known = [row for row in rows if not np.isnan(row[0]).all()] or list(rows)
    return _Table(
        np.array([row[0] for row in known]), np.array([row[1] for row in known]), [row[2] for row in known]
    )


def _joined(tables: Sequence[_Table]) -> _Table:
    texts = [text for table in tables for text in table.texts]
    return _Table(
        np.concatenate([table.values for table in tables]),
        np.concatenate([table.costs for table in tables]),
        texts,
    )


def _first(table: _Table, count: int) -> _Table:
    return _Table(table.values[:count], table.costs[:count], table.texts[:count])


def _distinct(table: _Table) -> _Table:
    """Return the rows with different values, the cheapest of each, cheapest first."""
    order = np.argsort(table.costs, kind="stable")
    order = order[_firsts(table.values[order])]
    return _Table(table.values[order], table.costs[order], [table.texts[row] for row in order])


def _firsts(rows: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Return the indices of the first of each kind of row, in order."""
    if not len(rows):
        return np.zeros(0, np.int64)
    seen = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))
    return np.sort(np.unique(seen.ravel(), return_index=True)[1])


def _size(tree: ast.expr) -> int:
    return sum(isinstance(node, ast.BinOp | ast.Name | ast.Constant) for node in ast.walk(tree))
