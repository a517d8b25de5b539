"""How far off a number can be, by the dtype in which it was computed, as in torch.testing.assert_close.

Two things differ from torch. The absolute tolerance shrinks for small numbers, so that they are not close to
zero. And whole numbers that a dtype can tell apart differ, however large they are: a count is right or wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from grader.questions import wording
from grader.questions.posed import FormError, Posed
from grader.questions.values import Real, as_float, describe, dtype_name, is_array, is_number, malformed

Tolerance = Annotated[
    float | None,
    Field(
        ge=0,
        allow_inf_nan=False,
        description="How far off an answer can be; by default as in torch.testing.assert_close.",
    ),
]


class Precision(NamedTuple):
    """The tolerances of a dtype, and the number up to which it holds every whole number."""

    rtol: float
    atol: float
    whole: float

    def allowed(self, wanted: float, scale: float) -> float:
        """Return how far off a number can be, if the right numbers are as large as `scale`."""
        return self.rtol * abs(wanted) + self.atol * min(1.0, scale or 1.0)


PRECISIONS = {  # from coarse to fine
    "bfloat16": Precision(1.6e-2, 1e-5, 2**8),
    "float16": Precision(1e-3, 1e-5, 2**11),
    "float32": Precision(1.3e-6, 1e-5, 2**24),
    "float64": Precision(1e-7, 1e-7, 2**53),
}
_DOUBLE = PRECISIONS["float64"]
EXACT = Precision(1e-7, 1e-7, math.inf)


@dataclass(frozen=True)
class GivenNumber:
    """A student's number, and its precision."""

    value: Real
    precision: Precision

    @classmethod
    def read(cls, posed: Posed, number: Any, value: Any) -> GivenNumber:
        """Read a finite number, which is a whole answer or a plain element of it; `value` is the answer.

        Raises:
            FormError: it is something else.

        """
        if not is_number(number):
            raise malformed(posed.id, value, posed.how)
        if not math.isfinite(as_float(number)):
            raise FormError(wording.NOT_FINITE.format(name=posed.id, what=describe(number)))
        return cls(number, precision_of(number, dtype_of(value)))

    def agrees(self, wanted: Real, tolerance: float | None) -> bool:
        """Return whether it is close enough to another number."""
        if tolerance is None:
            return is_close(self.value, wanted, self.precision)
        return self.value == wanted or abs(as_float(self.value) - as_float(wanted)) <= tolerance


def dtype_of(value: Any) -> str | None:
    """Return the coarsest float dtype of the arrays in a value; None if there is no such array."""
    if isinstance(value, list | tuple):
        found = {dtype_of(item) for item in value}
        return next((dtype for dtype in PRECISIONS if dtype in found), None)
    dtype = dtype_name(value) if is_array(value) else ""
    return dtype if dtype in PRECISIONS else None


def precision_of(number: Real, dtype: str | None) -> Precision:
    """Return the precision of a number from an array of this dtype; None if it is not from an array.

    A Python float may come from a float32 tensor: `.item()` loses the dtype.
    """
    if isinstance(number, float):
        return PRECISIONS[dtype if dtype in PRECISIONS and dtype != "float64" else "float32"]
    return EXACT


def is_close(given: Real, wanted: Real, precision: Precision, noise: float = 0.0) -> bool:
    """Return whether a number is right; `noise` is what rounding adds to it whatever its size.

    >>> is_close(33.333332, 100 / 3, PRECISIONS["float32"]), is_close(0.0, 5e-7, PRECISIONS["float32"])
    (True, False)
    """
    if given == wanted:
        return True
    held = min(precision.whole, math.inf if isinstance(wanted, int) else _DOUBLE.whole)
    if _is_whole(given) and _is_whole(wanted) and abs(as_float(wanted)) <= held:
        return False
    right = as_float(wanted)
    return abs(as_float(given) - right) <= precision.allowed(right, abs(right)) + noise


def _is_whole(number: Real) -> bool:
    return math.isfinite(as_float(number)) and number == int(number)
