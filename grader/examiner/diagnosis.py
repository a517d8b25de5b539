"""Which misconception a student's code shows.

A misconception of code is a wrong solution in misconceptions.py. It is run as if a student had handed it in,
once for all students, and what it gave the checks is held against what a student's code gave the same checks.
So nothing is guessed from the code's text, and a student's loops may agree with a misconception's one line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.examiner.check_result import CheckResult
from grader.examiner.remote import Remote
from grader.examiner.trouble import StudentError
from grader.questions.posed import Wrong
from grader.questions.values import is_tensor
from grader.torch_lazy import torch

FEWEST = 2  # failed checks that a misconception must agree with: one alone may be chance
RELATIVE, ABSOLUTE = 1e-4, 1e-5  # how far two ways to compute the same thing may be apart


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that agrees with a student in every check, or else one that does in most that failed.

    `partly` has the latter by check, where no other misconception agrees there.
    """

    wrong: Wrong | None = None
    partly: Mapping[str, Wrong] = field(default_factory=dict)


def diagnose(
    results: Sequence[CheckResult], wrongs: Sequence[Wrong], of: Callable[[str], Sequence[CheckResult]]
) -> Diagnosis:
    """What a student's results in the checks of a question show; `of` gives a misconception's by its name."""
    agreeing: dict[str, list[Wrong]] = {result.check.id: [] for result in results if _tells(result)}
    everywhere = []
    for wrong in wrongs if agreeing else ():
        pairs = [(mine, agree(mine, its)) for mine, its in zip(results, of(wrong.name), strict=True)]
        if all(is_same for _, is_same in pairs):
            everywhere.append(wrong)
        for mine, is_same in pairs:
            if is_same and mine.check.id in agreeing:
                agreeing[mine.check.id].append(wrong)
    if everywhere:
        return Diagnosis(everywhere[0] if len(everywhere) == 1 else None)
    counts = Counter(wrong.name for found in agreeing.values() for wrong in found)
    usual = {name for name, count in counts.items() if count >= FEWEST and 2 * count > len(agreeing)}
    return Diagnosis(
        partly={
            check: found[0] for check, found in agreeing.items() if len(found) == 1 and found[0].name in usual
        }
    )


def _tells(result: CheckResult) -> bool:
    """Whether a check failed over a value that came back."""
    return result.outcome == "failed" and bool(result.values)


def agree(one: CheckResult, other: CheckResult) -> bool:
    """Whether two submissions behaved the same in a check."""
    return (
        one.outcome == other.outcome
        and _error(one) == _error(other)
        and len(one.values) == len(other.values)
        and all(map(same, one.values, other.values))
    )


def _error(result: CheckResult) -> str:
    return result.error.trouble.type if isinstance(result.error, StudentError) else ""


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same but for rounding.

    >>> same([1.0, (2, None)], [1.0000001, (2, None)]), same(1, True), same([1], (1,))
    (True, False, False)
    """
    if is_tensor(one) and is_tensor(other):
        if one.shape != other.shape or one.dtype != other.dtype:
            return False
        return bool(torch.isclose(one, other, RELATIVE, ABSOLUTE, equal_nan=True).all())
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape or one.dtype != other.dtype:
            return False
        return bool(np.isclose(one, other, RELATIVE, ABSOLUTE, equal_nan=True).all())
    if isinstance(one, Remote) and isinstance(other, Remote):
        return one.description == other.description
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE) or (one != one and other != other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(same(mine, its) for mine, its in pairs)
    return bool(one == other)
