"""Describe how a student's result differs from the right one.

Beside a hidden check it shows nothing that student code can choose freely; a dtype alone is one of a dozen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.examiner import wording
from grader.questions.closeness import PRECISIONS
from grader.questions.values import describe, dtype_name, is_tensor, shape_text
from grader.torch_lazy import torch

_COMPARISON = "torch.testing._comparison"


def compared(error: BaseException | None) -> tuple[Any, Any] | None:
    """Return what torch.testing.assert_close was given, (actual, expected), if it raised the error."""
    trace = error.__traceback__ if error else None
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "assert_close" and frame.f_globals.get("__name__") == _COMPARISON:
            return frame.f_locals.get("actual"), frame.f_locals.get("expected")
        trace = trace.tb_next
    return None


def difference(given: Any, wanted: Any, *, visible: bool) -> str:
    """Describe how two results differ; name what was expected only if the check is visible."""
    if not is_tensor(wanted):
        return _of_others(given, wanted) if visible else wording.NOT_RIGHT
    if not is_tensor(given):
        if isinstance(given, np.ndarray):
            return wording.OF_NUMPY.format(result=describe(given) if visible else wording.NUMPY_ARRAY)
        return wording.NO_TENSOR.format(result=describe(given)) if visible else wording.NO_HIDDEN_TENSOR
    if given.shape != wanted.shape:
        sentence = wording.WRONG_SHAPE if visible else wording.WRONG_HIDDEN_SHAPE
        return sentence.format(shape=shape_text(given.shape), expected=shape_text(wanted.shape))
    differ = _places(given, wanted)
    if given.dtype != wanted.dtype and not len(differ):
        return _of_dtypes(dtype_name(given), dtype_name(wanted), visible=visible)
    return _first(given, wanted, differ) if visible and len(differ) else wording.WRONG_VALUES


def _of_others(given: Any, wanted: Any) -> str:
    mine, right = describe(given), describe(wanted)
    if mine == right:
        return wording.WRONG_CONTENT.format(result=mine)
    return wording.WRONG_KIND.format(result=mine, expected=right)


def _of_dtypes(mine: str, right: str, *, visible: bool) -> str:
    """Name the student's dtype only if the check is visible, since student code can choose it."""
    sentence = wording.WRONG_DTYPE if visible else wording.WRONG_HIDDEN_DTYPE
    return sentence.format(dtype=mine, expected=right)


def _places(given: Any, wanted: Any) -> Any:
    """Return the positions where two tensors of one shape differ, compared in the coarser dtype."""
    kind = torch.complex128 if given.is_complex() or wanted.is_complex() else torch.float64
    coarser = max(PRECISIONS.get(dtype_name(one), PRECISIONS["float64"]) for one in (given, wanted))
    close = torch.isclose(given.to(kind), wanted.to(kind), coarser.rtol, coarser.atol)
    return (~close).nonzero()


def _first(given: Any, wanted: Any, differ: Any) -> str:
    place = tuple(differ[0].tolist())
    right = given.numel() - len(differ)
    value, expected = given[place].item(), wanted[place].item()
    return wording.WRONG_AT.format(
        place=list(place), value=value, expected=expected, right=right, count=given.numel()
    )
