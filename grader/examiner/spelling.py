"""Values and calls as Python writes them, bounded: what a visible check gave, expects and got."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.questions.values import describe, is_tensor
from grader.torch_lazy import torch

MAX_NUMBERS = 64  # values of a tensor that is written out
MAX_BITS = 1000  # digits of a whole number
MAX_PARTS = 12  # elements of a list
MAX_TEXT = 60  # characters of a text or a number
MAX_DEPTH = 4  # levels of nested lists
MAX_LINE = 60  # characters of a call in one line
MAX_ROWS = 20  # characters of a tensor's rows in one line
MAX_SPELLED = 1200  # characters in all
_BELOW = ",\n"


def spelled(value: Any, depth: int = MAX_DEPTH) -> str:
    """Return a value as Python code, or a few words that describe it.

    >>> spelled([1, 2.5, "a"]), spelled({"stride": (2, 2)}), spelled(None)
    ("[1, 2.5, 'a']", "{'stride': (2, 2)}", 'None')
    """
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return "a huge number"  # Python itself can refuse to write it
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return _short(repr(value[: MAX_TEXT + 1] if isinstance(value, str | bytes) else value))
    if is_tensor(value) or isinstance(value, np.ndarray):
        return _array(value)
    if depth and isinstance(value, list | tuple | set | frozenset | dict):
        return _collection(value, depth - 1)
    return describe(value)


def spelled_call(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return a call as Python code.

    >>> spelled_call("f", [1], {"stride": 2})
    'f(1, stride=2)'
    """
    parts = [spelled(value) for value in args]
    parts += [f"{key}={spelled(value)}" for key, value in kwargs.items()]
    text = f"{name}({', '.join(parts)})"
    if "\n" in text or (len(text) > MAX_LINE and len(parts) > 1):
        text = f"{name}({_moved(_BELOW.join(parts), len(name) + 1)})"
    return bounded(text)


def bounded(text: str) -> str:
    """Return a text of at most MAX_SPELLED characters."""
    return text if len(text) <= MAX_SPELLED else f"{text[: MAX_SPELLED - 3]}..."


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def _collection(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        parts = [f"{spelled(k, depth)}: {spelled(v, depth)}" for k, v in list(value.items())[:MAX_PARTS]]
    else:
        parts = [spelled(item, depth) for item in list(value)[:MAX_PARTS]]
    parts += ["..."] * (len(value) > MAX_PARTS)
    if isinstance(value, tuple):
        return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
    begin, end = "[]" if isinstance(value, list) else "{}"
    return bounded(f"{begin}{', '.join(parts)}{end}")


def _array(value: Any) -> str:
    """Return a small tensor or array with its numbers, a larger one by its shape; name an unusual dtype."""
    name, dtype = "tensor" if is_tensor(value) else "array", str(value.dtype).removeprefix("torch.")
    if math.prod(value.shape) > MAX_NUMBERS or (is_tensor(value) and value.layout != torch.strided):
        return f"{describe(value)}, {dtype}"
    about = "" if dtype in {"float32", "int64", "bool"} else f", dtype={dtype}"
    return f"{name}({_moved(_nested(value.tolist()), len(name) + 1)}{about})"


def _nested(numbers: Any) -> str:
    """Return numbers in brackets, with rows below each other if one line is too short for them."""
    if not isinstance(numbers, list):
        return _number(numbers)
    parts = [_nested(part) for part in numbers]
    line = f"[{', '.join(parts)}]"
    if not numbers or not isinstance(numbers[0], list) or len(line) <= MAX_ROWS:
        return line
    return "[" + ",\n ".join(_moved(part, 1) for part in parts) + "]"


def _number(value: Any) -> str:
    """Return a number as torch prints it: `1.` is a float."""
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.6g}"
    return f"{text}." if text.lstrip("-").isdigit() else text


def _moved(text: str, blanks: int) -> str:
    """Return a text with all lines but the first moved to the right."""
    return text.replace("\n", "\n" + " " * blanks)
