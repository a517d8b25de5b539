"""Formulas that lead many students, each with a variant of their own, to the wrong answer that they gave.

A formula is chosen among very many, so that it fits some students by luck alone. It is therefore chosen on
one half of the students and judged on the other half, where nothing was chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import numpy as np

from grader.clusters.atoms import AnyQuestion, Atom, atoms_of, formulas_of
from grader.clusters.cluster import FEWEST, MAX_CLUSTERS, Cluster, Unexplained
from grader.clusters.columns import Columns, VariantColumn
from grader.clusters.edits import edited
from grader.clusters.enumeration import FEWEST_FITTED, FormulaFit, FormulaSearch, Mask, agree, tidy
from grader.clusters.luck import share_by_luck, tail, ways_of

MAX_SEARCHED = 40  # students on whom formulas are chosen
MAX_NUMBERS = 36  # of an answer
MAX_BEGINNINGS = 150  # formulas for the first number that are tried with the others
MAX_JUDGED = 5  # formulas that are judged on the other half
MAX_NAMES = 12  # parameters that a slip puts in place of another
MAX_EDITED = 60  # characters of a formula in which slips are looked for
FEW_NUMBERS = 4  # of an answer, so that slips are looked for
DIGITS = 6


@dataclass(frozen=True)
class SharedFormula:
    """A formula for each number of an answer, and its cost."""

    texts: tuple[str, ...]
    cost: int
    fitted: int  # of the students on whom it was chosen

    @property
    def price(self) -> float:
        """How many students it must fit more than a formula that costs nothing: there are many long ones."""
        return self.cost / len(self.texts)


def formula_clusters(
    question: AnyQuestion, others: Sequence[AnyQuestion], answers: Sequence[Unexplained], limit: float
) -> list[Cluster]:
    """Return the clusters of one question whose chance is at most `limit`, largest first."""
    found: list[Cluster] = []
    by_shape = sorted(answers, key=lambda one: (one.parts.shape, len(one.parts.numbers)))
    for _, group in groupby(by_shape, key=lambda one: (one.parts.shape, len(one.parts.numbers))):
        own = sorted(group, key=lambda one: sha256(one.student.encode()).digest())
        if 0 < len(own[0].parts.numbers) <= MAX_NUMBERS:
            found += _of_one_shape(question, others, own, limit)
    return sorted(found, key=lambda one: -len(one.members))[:MAX_CLUSTERS]


def _of_one_shape(
    question: AnyQuestion, others: Sequence[AnyQuestion], answers: list[Unexplained], limit: float
) -> Iterator[Cluster]:
    left = answers
    for _ in range(MAX_CLUSTERS):
        if len(left) < FEWEST:
            return
        best = _best(question, others, left, limit)
        if best is None:
            return
        yield best
        left = [one for one in left if one not in best.members]


def _best(
    question: AnyQuestion, others: Sequence[AnyQuestion], answers: Sequence[Unexplained], limit: float
) -> Cluster | None:
    """Choose formulas on one half of the students, and return the best that also fits the other half."""
    half = min((len(answers) + 1) // 2, MAX_SEARCHED)
    formulas = _chosen(question, others, answers[:half])
    rights = question.right_formulas(answers[0].variant)
    judged = [(one, _judged(one, answers, half, len(formulas), rights)) for one in formulas]
    fit = [(one.price - len(cluster.members), cluster) for one, cluster in judged if cluster.chance <= limit]
    return min(fit, key=lambda pair: pair[0])[1] if fit else None


def _chosen(
    question: AnyQuestion, others: Sequence[AnyQuestion], answers: Sequence[Unexplained]
) -> list[SharedFormula]:
    variant = answers[0].variant
    columns = Columns([one.params for one in answers])
    search = FormulaSearch(np.array([one.parts.numbers for one in answers]).T)
    atoms = atoms_of(question, others, variant)
    formulas = [text for text in dict.fromkeys(formulas_of(question, variant)) if len(text) <= MAX_EDITED][
        :MAX_NAMES
    ]
    formulas = formulas if len(search.answers) <= FEW_NUMBERS else []
    search.run(columns, atoms, edited(formulas, _names(atoms)))
    return _together([list(fits.values()) for fits in search.fits])


def _names(atoms: Sequence[Atom]) -> list[str]:
    return [atom.text for atom in atoms if atom.text.isidentifier()][:MAX_NAMES]


def _together(fits: Sequence[list[FormulaFit]]) -> list[SharedFormula]:
    """Choose a formula for each number so that all fit the same students, as many as possible."""
    if not all(fits):
        return []
    masks = [np.array([fit.mask for fit in own]) for own in fits]
    costs = [np.array([fit.cost for fit in own]) for own in fits]
    beginnings = np.argsort(costs[0] - masks[0].sum(axis=1), kind="stable")[:MAX_BEGINNINGS]
    found: dict[bytes, SharedFormula] = {}
    for first in beginnings:
        mask, texts, cost = masks[0][first], [fits[0][first].text], int(costs[0][first])
        for own, its, price in zip(fits[1:], masks[1:], costs[1:], strict=True):
            row = int(np.argmin(price - (its & mask).sum(axis=1)))
            mask, cost = mask & its[row], cost + int(price[row])
            texts.append(own[row].text)
        count = int(mask.sum())
        if count >= FEWEST_FITTED and (mask.tobytes() not in found or cost < found[mask.tobytes()].cost):
            found[mask.tobytes()] = SharedFormula(tuple(texts), cost, count)
    ranked = sorted(found.values(), key=lambda one: (one.price - one.fitted, one.cost))
    return ranked[:MAX_JUDGED]


def _judged(
    formula: SharedFormula, answers: Sequence[Unexplained], half: int, tried: int, rights: Sequence[str]
) -> Cluster:
    """Compute which students a formula fits, and how likely that is by luck on the other half."""
    columns = Columns([one.params for one in answers])
    values = np.array([columns.of(text) for text in formula.texts])
    given = np.array([one.parts.numbers for one in answers]).T
    fits: Mask = np.asarray(agree(values, given).all(axis=0))
    share = _share(values, given, fits)
    right = np.array([columns.of(text) for text in rights])
    if right.shape == values.shape:  # luck may choose a number, or how far off the right one it is
        share = max(share, _share(values - right, given - right, fits))
    chance = min(1.0, tail(int(fits[half:].sum()), len(answers) - half, share) * tried)
    members = tuple(one for one, fit in zip(answers, fits, strict=True) if fit)
    texts = [tidy(text) for text in formula.texts]
    return Cluster(_nested(texts, answers[0].parts.shape), members, chance)


def _share(values: VariantColumn, given: VariantColumn, fits: Mask) -> float:
    fitted, theirs = _keys(values), _keys(given)
    others = [answer for answer, fit in zip(theirs, fits, strict=True) if not fit]
    return share_by_luck(fitted, others, ways_of(theirs))


def _keys(numbers: Any) -> list[tuple[float, ...]]:
    return [tuple(round(float(number), DIGITS) for number in column) for column in numbers.T]


def _nested(texts: list[str], shape: tuple[int, ...]) -> Any:
    """Return formulas in the shape of the answer; one number stands for itself."""
    if not shape:
        return texts[0]
    size = len(texts) // shape[0]
    return [_nested(texts[start : start + size], shape[1:]) for start in range(0, len(texts), size)]
