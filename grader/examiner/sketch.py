"""A few numbers that sum up a value or a check's values, so that the results of a class can be compared.

A stored report must stay small, and must not hold what a hidden check gave to student code. A sketch of the
values that came back has their types and shapes, and three sums of their numbers. Two ways to compute the
same thing have equal sketches up to rounding. A sketch is stored for instructors and shown to nobody.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from operator import mul
from typing import Any

from grader.examiner.check_result import CheckResult
from grader.examiner.trouble import StudentError
from grader.language.record import Record
from grader.questions.values import as_float, describe, dtype_name, is_array, is_number, plain

MAX_FORM = 200  # characters
MAX_SKETCHED = 10_000  # numbers of one check
MAX_KEPT = 256  # values of an answer that is stored
MAX_TEXT = 60  # characters of a text in it
MAX_NUMBER = 1e15  # a larger one would not survive JSON
MAX_DEPTH = 6
PARAMS = "params"  # the argument of a check that reads the variant
RELATIVE = 1e-4  # how far apart two sums of the same numbers may be
WAVES = (1.0, 1.7320508)  # two weightings, so that two orders of the same numbers differ


class Sketch(Record):
    """The outcome of a check, the form of what came back, and sums of its numbers."""

    form: str
    sums: tuple[float, ...] = ()

    def is_like(self, other: Sketch) -> bool:
        """Return whether two checks got the same, up to rounding.

        >>> Sketch(form="f", sums=(2, 1)).is_like(Sketch(form="f", sums=(2.00001, 1)))
        True
        """
        if self.form != other.form or len(self.sums) != len(other.sums):
            return False
        off = RELATIVE * (max(map(abs, (*self.sums, *other.sums)), default=0) + RELATIVE)
        return all(abs(one - its) <= off for one, its in zip(self.sums, other.sums, strict=True))


def sketch_of(result: CheckResult) -> Sketch:
    """Return the sketch of a check's result, without numbers if they depend on the student's variant."""
    error = result.error.trouble.type if isinstance(result.error, StudentError) else ""
    forms = [_form(value) for value in result.values]
    form = f"{result.outcome} {error} {'; '.join(forms)}"[:MAX_FORM]
    told = [number for value in result.values for number in _numbers(value)][:MAX_SKETCHED]
    odd = len(told) - sum(map(math.isfinite, told))
    finite = [one if math.isfinite(one) else 0.0 for one in told] if odd else told
    sums = () if PARAMS in getattr(result.check.item, "fixturenames", ()) else _sums(finite)
    return Sketch(form=f"{form} {odd}" if odd else form, sums=sums)


def _sums(numbers: list[float]) -> tuple[float, ...]:
    if not numbers:
        return ()
    size = math.sqrt(sum(map(mul, numbers, numbers)))
    sums = (size, *(sum(map(mul, numbers, wave)) for wave in _waves(1 << len(numbers).bit_length())))
    return tuple(float(f"{one:.7g}") for one in sums) if all(map(math.isfinite, sums)) else (0.0,)


@lru_cache(16)  # as many powers of two as MAX_SKETCHED has
def _waves(length: int) -> tuple[tuple[float, ...], ...]:
    """Return the weights of the first numbers, in each weighting."""
    return tuple(tuple(math.cos(wave * place) for place in range(1, length + 1)) for wave in WAVES)


def _form(value: Any) -> str:
    if is_array(value):
        return f"{dtype_name(value)} {tuple(value.shape)}"
    return describe(value) if isinstance(value, str) else f"{type(value).__name__}{_length(value)}"


def _length(value: Any) -> str:
    return f" {len(value)}" if isinstance(value, list | tuple | dict) else ""


def _numbers(value: Any, depth: int = 0) -> list[float]:
    if is_array(value):
        flat = value.flatten()[:MAX_SKETCHED].tolist()
        types = set(map(type, flat))
        if types <= {float}:  # almost always, and looked at quickly
            return list(flat)
        is_plain = {float, int, bool}.issuperset(types)
        real = flat if is_plain else [one for one in flat if is_number(one) or isinstance(one, bool)]
        return [*map(as_float, real)]
    if isinstance(value, bool) or is_number(value):
        return [as_float(value)]
    if isinstance(value, list | tuple | dict) and depth < MAX_DEPTH:
        items = list(value.values() if isinstance(value, dict) else value)[:MAX_SKETCHED]
        return [number for item in items for number in _numbers(item, depth + 1)]
    return []


def kept(value: Any) -> Any:
    """Return an answer as plain values that JSON can hold; None if it is large or of another type.

    >>> kept((2, 3.5)), kept({"stride": 2}), kept("b"), kept(object()), kept(10**40)
    ([2, 3.5], {'stride': 2}, 'b', None, None)
    """
    try:
        found = _kept(plain(value, ""), [MAX_KEPT])
    except (ValueError, OverflowError):
        return None
    return found


def _kept(value: Any, left: list[int], depth: int = 0) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [_kept(item, left, depth + 1) for item in items]
    if isinstance(value, dict):
        return {_text(key): _kept(item, left, depth + 1) for key, item in value.items()}
    if isinstance(value, str):
        return _text(value)
    if not is_number(value) or not abs(as_float(value)) <= MAX_NUMBER:
        raise ValueError
    return float(value) if isinstance(value, Fraction) else value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError
    return value
