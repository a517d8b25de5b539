"""Find the misconception that a student's code shows.

A misconception of code is a wrong solution in misconceptions.py. It is run as if a student had handed it in,
once for all students. What it returned to the checks is compared with what a student's code returned to the
same checks. So nothing is guessed from the code's text, and a student's loops can agree with a
misconception's one line.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

from grader.examiner.check_result import CheckResult
from grader.examiner.remote import Remote
from grader.examiner.trouble import StudentError
from grader.questions.posed import MOST_READ, Wrong
from grader.questions.values import is_array, is_tensor
from grader.torch_lazy import torch

FEWEST = 2  # failed checks that a misconception must agree with: one alone can be chance
RELATIVE, ABSOLUTE = 1e-4, 1e-5  # how far apart two ways to compute the same thing may be


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that agrees with a student in every check, or in most failed checks.

    `wrongs` holds the former, or two if it can be either. `partly` holds the latter by check, where no other
    misconception agrees.
    """

    wrongs: Sequence[Wrong] = ()
    partly: Mapping[str, Wrong] = field(default_factory=dict)

    @property
    def wrong(self) -> Wrong | None:
        """The misconception, if it is known which."""
        return self.wrongs[0] if len(self.wrongs) == 1 else None


def _only(name: str) -> Sequence[str]:
    return (name,)


def diagnose(
    results: Sequence[CheckResult],
    wrongs: Sequence[Wrong],
    of: Callable[[str], Sequence[CheckResult]],
    forms: Callable[[str], Sequence[str]] = _only,
) -> Diagnosis:
    """Return what a student's results in the checks of a question show.

    `forms` gives the names of a misconception's forms, and `of` the results of a form.
    """
    telling = list(filter(_tells, results))
    if telling and _is_nan_throughout(results):
        return Diagnosis()
    agreeing: dict[str, list[Wrong]] = {result.check.id: [] for result in telling}
    everywhere = []
    for wrong in wrongs if agreeing else ():
        known = [list(zip(results, of(form), strict=True)) for form in forms(wrong.name)]
        if any(map(_agree_everywhere, known)):
            everywhere.append(wrong)
        for check in {mine.check.id for pairs in known for mine, its in pairs if _is_alike(mine, its)}:
            agreeing[check].append(wrong)
    if everywhere:
        return Diagnosis(everywhere if len(everywhere) <= MOST_READ else ())
    counts = Counter(wrong.name for found in agreeing.values() for wrong in found)
    usual = {name for name, count in counts.items() if count >= FEWEST and 2 * count > len(agreeing)}
    return Diagnosis(
        partly={
            check: found[0] for check, found in agreeing.items() if len(found) == 1 and found[0].name in usual
        }
    )


def _tells(result: CheckResult) -> bool:
    """Return whether a check failed over a value that came back, or over what student code raised."""
    return (result.outcome == "failed" and bool(result.values)) or bool(_error(result))


def _is_nan_throughout(results: Sequence[CheckResult]) -> bool:
    """Return whether everything that came back is nan or infinite.

    All training that diverges ends so, whatever its mistake.
    """
    numbers = (one for result in results for value in result.values for one in _numbers(value))
    are_finite = map(math.isfinite, numbers)
    return next(are_finite, None) is False and not any(are_finite)


def _numbers(value: Any) -> Iterator[float]:
    """Yield what is finite in a value and what is not: floats, nan for a tensor without any, else 0."""
    if is_tensor(value):
        is_dense = value.layout is torch.strided and value.numel() > 0
        yield 0.0 if not is_dense or value.isfinite().any() else math.nan
    elif is_array(value):
        np = sys.modules["numpy"]
        is_of_decimals = np.issubdtype(value.dtype, np.inexact) and value.size > 0
        yield 0.0 if not is_of_decimals or np.isfinite(value).any() else math.nan
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    else:
        yield value if isinstance(value, float) else 0.0


def _agree_everywhere(pairs: Sequence[tuple[CheckResult, CheckResult]]) -> bool:
    """Return whether two submissions behaved alike in all checks, and not by chance.

    Many mistakes share an exception's type, so it must be raised in several checks and not in others.
    """
    # Almost always they look different somewhere, which is seen sooner than whether values are equal.
    if not (all(starmap(_look_alike, pairs)) and all(starmap(agree, pairs))):
        return False
    raised = sum(bool(_error(mine)) for mine, _ in pairs)
    return any(_is_alike(mine, its) for mine, its in pairs) or FEWEST <= raised < len(pairs)


def _is_alike(mine: CheckResult, its: CheckResult) -> bool:
    """Return whether two results are alike, in value or in error, in a check that says something."""
    if not _tells(mine) or not agree(mine, its):
        return False
    return not _error(mine) or (_words(mine) == _words(its) != "")


def agree(one: CheckResult, other: CheckResult) -> bool:
    """Return whether two submissions behaved alike in a check."""
    return _look_alike(one, other) and all(map(same, one.values, other.values))


def _look_alike(one: CheckResult, other: CheckResult) -> bool:
    """Return whether two results differ at most in their values."""
    return (
        one.outcome == other.outcome and _error(one) == _error(other) and len(one.values) == len(other.values)
    )


def _error(result: CheckResult) -> str:
    return result.error.trouble.type if isinstance(result.error, StudentError) else ""


def _words(result: CheckResult) -> str:
    return result.error.trouble.message if isinstance(result.error, StudentError) else ""


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal up to rounding.

    >>> same([1.0, (2, None)], [1.0000001, (2, None)]), same(1, True), same([1], (1,))
    (True, False, False)
    """
    if is_tensor(one) and is_tensor(other):
        return _same_tensors(one, other)
    if _is_numpys(one) and _is_numpys(other):
        return _same_arrays(one, other)
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


def _is_numpys(value: Any) -> bool:
    """Return whether this is an array of numpy, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _same_arrays(one: Any, other: Any) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(sys.modules["numpy"].isclose(one, other, RELATIVE, ABSOLUTE, equal_nan=True).all())


def _same_tensors(one: Any, other: Any) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if torch.equal(one, other):  # often, and a tenth of the work
        return True
    return bool(torch.isclose(one, other, RELATIVE, ABSOLUTE, equal_nan=True).all())
