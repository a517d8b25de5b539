"""Reading a student's answer: plain numbers out of Python, numpy and torch, and words for the rest."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from grader.questions.posed import FormError
from grader.torch_lazy import torch

MAX_SHOWN = 60
MAX_VALUES = 10_000  # of an answer


def plain(value: Any, name: str) -> Any:
    """Numbers and nested lists in place of numpy and torch values, also inside lists; all else as it is."""
    if isinstance(value, list | tuple):
        return [plain(item, name) for item in value]
    if is_array(value):
        if math.prod(max(size, 1) for size in value.shape) > MAX_VALUES:
            raise FormError(f"`{name}` is {describe(value)}; that is more than can be looked at.")
        return value.tolist()
    return value


def is_tensor(value: Any) -> bool:
    """Whether this is a torch tensor, a parameter for example; torch is not imported to find out."""
    return "torch" in sys.modules and isinstance(value, torch.Tensor)


def is_array(value: Any) -> bool:
    """Whether this is a tensor or a numpy array, and not just something that has a shape."""
    return isinstance(value, np.ndarray) or is_tensor(value)


def is_number(value: Any) -> bool:
    """Whether this is an int or a float; True and False are neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Any, name: str) -> int:
    """A whole number; 3.0 counts as 3.

    Raises:
        FormError: it is something else.

    """
    number = plain(value, name)
    if isinstance(number, list | tuple) and len(number) == 1:
        number = number[0]
    if not is_number(number):
        raise FormError(f"`{name}` is {describe(value)}; a whole number is asked for.")
    if math.isinf(as_float(number)):
        raise FormError(f"`{name}` is {describe(number)}, which is too large.")
    if math.isnan(number) or number != int(number):
        raise FormError(f"`{name}` is {shorten(str(number))}, which is not a whole number.")
    return int(number)


def as_float(number: float) -> float:
    """The number as a float; infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def describe(value: Any) -> str:
    """What a value is, in a few words: 'the text "abc"', 'a tensor of shape 2x3'."""
    if value is None:
        return "None"
    if is_array(value):
        what = "a tensor" if is_tensor(value) else "a numpy array"
        return f"{what} of shape {shape_text(value.shape)}"
    if isinstance(value, str):
        return f"the text {shorten(repr(value))}"
    if isinstance(value, bool | int | float):
        return shorten(repr(value))
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return str(getattr(value, "description", f"a value of type {type(value).__name__}"))


def shape_text(shape: Any) -> str:
    """A shape as one writes it by hand: 1x1x3x3; () is a single number."""
    return "x".join(str(size) for size in shape) if len(shape) else "() (a single number)"


def shorten(text: str) -> str:
    """At most MAX_SHOWN characters of a text."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
