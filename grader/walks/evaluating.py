"""The numbers of a walk: what its steps read, multiply and combine."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod
from typing import cast

from grader.walks.steps import Step, Term
from grader.walks.walk import Walk
from grader.walks.worked import Numbers, Worked, number_at


def read(worked: Worked, term: Term) -> float:
    """Return the input of a term; padding has the walk's constant."""
    return worked.walk.fill if term.input is None else number_at(cast("Numbers", worked.image), term.input)


def weight_of(worked: Worked, term: Term) -> float | None:
    """Return the weight of a term, if it has one."""
    return None if term.weight is None else number_at(cast("Numbers", worked.weight), term.weight)


def bias_of(worked: Worked, step: Step) -> float | None:
    """Return the bias that a step adds, if there is one."""
    return None if step.bias is None or worked.bias is None else worked.bias[step.bias]


def product(worked: Worked, term: Term) -> float:
    """Return the input times its weight."""
    weight = weight_of(worked, term)
    return read(worked, term) if weight is None else read(worked, term) * weight


def value_of(worked: Worked, step: Step) -> float:
    """Return the value of the output that a step makes."""
    products = [product(worked, term) for term in step.terms]
    return combined(worked.walk, products) + (bias_of(worked, step) or 0.0)


def combined(walk: Walk, products: Sequence[float]) -> float:
    """Combine what a step has read and multiplied to one value."""
    match walk.combine:
        case "max" | "min" | "farthest":
            return _chosen(walk, products)
        case "mean":
            return sum(products) / (walk.divisor or len(products))
        case "norm":
            mean = sum(one**walk.power for one in products) / len(products)
            cells = prod(axis.kernel for axis in walk.axes)
            return float((max(mean, 0.0) * cells) ** (1 / walk.power))
        case "relu":
            return max(0.0, *products)
        case "abs":
            return abs(products[0])
    return sum(products)


def _chosen(walk: Walk, products: Sequence[float]) -> float:
    """Return the largest, the smallest, or the farthest from 0; a window may cover only padding."""
    if walk.combine == "min":
        return min(products, default=inf)
    largest = max(products, default=-inf)
    return min(products, default=inf) if walk.combine == "farthest" and _is_below(products) else largest


def _is_below(products: Sequence[float]) -> bool:
    """Return whether the farthest number from 0 is negative."""
    return -min(products, default=inf) > max(products, default=-inf)
