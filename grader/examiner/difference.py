"""In what a student's result differs from the right one; beside hidden checks, no more than that.

There it says nothing that student code could have chosen freely: a dtype alone is one of a dozen.
"""

from __future__ import annotations

from typing import Any

from grader.questions.values import describe, is_tensor, shape_text
from grader.torch_lazy import torch

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
    if is_tensor(wanted) and not is_tensor(given):
        what = describe(given) if visible else "not a tensor"
        return f"The result is {what}; a tensor is asked for."
    if not is_tensor(wanted):
        return (
            f"The result is {describe(given)}, not {describe(wanted)}."
            if visible
            else "The result is not right."
        )
    if given.shape != wanted.shape:
        shapes = f"{shape_text(given.shape)}, not {shape_text(wanted.shape)}"
        return f"The result has shape {shapes}." if visible else "The result does not have the right shape."
    if given.dtype != wanted.dtype:
        dtype = str(given.dtype).removeprefix("torch.")
        told = f"The result has dtype {dtype}, which is not the right one."
        return told if visible else "The result does not have the right dtype."
    return _place(given, wanted) if visible else "The shape is right, but not all values are."


def _place(given: Any, wanted: Any) -> str:
    wrong = (~torch.isclose(given, wanted)).nonzero()
    if not len(wrong):
        return "The shape is right, but not all values are."
    place = tuple(wrong[0].tolist())
    right = given.numel() - len(wrong)
    return (
        f"At {list(place)} the result is {given[place].item():g}, not {wanted[place].item():g}; "
        f"{right} of {given.numel()} values are right."
    )
