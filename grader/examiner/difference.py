"""In what a student's result differs from the right one; beside hidden checks, no more than that.

There it says nothing that student code could have chosen freely: a dtype alone is one of a dozen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.questions.closeness import PRECISIONS
from grader.questions.values import describe, dtype_name, is_tensor, shape_text
from grader.torch_lazy import torch

FROM_NUMPY = ", such as torch.from_numpy gives"
NOT_ALL = "The shape is right, but not all values are."
_COMPARISON = "torch.testing._comparison"


def compared(error: BaseException | None) -> tuple[Any, Any] | None:
    """What torch.testing.assert_close was given, (actual, expected), if it is what raised the error."""
    trace = error.__traceback__ if error else None
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "assert_close" and frame.f_globals.get("__name__") == _COMPARISON:
            return frame.f_locals.get("actual"), frame.f_locals.get("expected")
        trace = trace.tb_next
    return None


def difference(given: Any, wanted: Any, *, visible: bool) -> str:
    """In what two results differ; what was expected is told only where the check is visible."""
    if not is_tensor(wanted):
        return _of_others(given, wanted) if visible else "The result is not right."
    if not is_tensor(given):
        is_of_numpy = isinstance(given, np.ndarray)
        what = describe(given) if visible else "a numpy array" if is_of_numpy else "not a tensor"
        return f"The result is {what}; a tensor is asked for{FROM_NUMPY if is_of_numpy else ''}."
    if given.shape != wanted.shape:
        shapes = f"{shape_text(given.shape)}, not {shape_text(wanted.shape)}"
        return f"The result has shape {shapes}." if visible else "The result does not have the right shape."
    differ = _places(given, wanted)
    if given.dtype != wanted.dtype and not len(differ):
        return _of_dtypes(dtype_name(given), dtype_name(wanted), visible=visible)
    return _first(given, wanted, differ) if visible and len(differ) else NOT_ALL


def _of_others(given: Any, wanted: Any) -> str:
    mine, right = describe(given), describe(wanted)
    if mine == right:
        return f"The result is {mine}, as it has to be, but what is in it is not right."
    return f"The result is {mine}, not {right}."


def _of_dtypes(mine: str, right: str, *, visible: bool) -> str:
    """A dtype of the student's is told only where the check is visible: student code can choose it."""
    is_ = f"is {mine}, not {right}" if visible else f"is not {right}, which is asked for"
    return f"The values are right, but their dtype {is_}."


def _places(given: Any, wanted: Any) -> Any:
    """The places at which two tensors of one shape differ, as far as the coarser dtype tells."""
    kind = torch.complex128 if given.is_complex() or wanted.is_complex() else torch.float64
    coarser = max(PRECISIONS.get(dtype_name(one), PRECISIONS["float64"]) for one in (given, wanted))
    close = torch.isclose(given.to(kind), wanted.to(kind), coarser.rtol, coarser.atol)
    return (~close).nonzero()


def _first(given: Any, wanted: Any, differ: Any) -> str:
    place = tuple(differ[0].tolist())
    right = given.numel() - len(differ)
    return (
        f"At {list(place)} the result is {given[place].item():g}, not {wanted[place].item():g}; "
        f"{right} of {given.numel()} values are right."
    )
