"""The form of an answer, by one rule for all kinds, and descriptions of answers of another form.

A single element counts as itself, however deep it is nested: `(9,)`, `[9]` and a tensor with one value are 9.
A set is accepted if order does not matter. Numbers of Python, numpy and torch, fractions and decimals are
treated alike.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from grader.questions import wording
from grader.questions.posed import FormError
from grader.torch_lazy import torch

Real = int | float | Fraction

MAX_SHOWN = 60
MAX_VALUES = 10_000  # in an answer
MAX_CONTAINERS = 100_000  # nested lists in an answer
MAX_DESCRIBED = 3  # levels of nested lists that are described one by one
_CONTAINERS = (list, tuple, set, frozenset)
_SCALARS = {bool, int, float, str}  # most values, and neither containers nor arrays
_LONG_DOUBLE = "g"  # numpy's character for a type of numbers that are none of Python's
_UNUSUAL = ("bool", "complex")  # dtypes that are not plain numbers


def plain(value: Any, name: str) -> Any:
    """Replace numpy and torch values, also inside lists, by numbers and nested lists; keep everything else.

    Raises:
        FormError: it has more values than an answer may have.

    """
    if _is_large(value):
        raise FormError(wording.TOO_LONG.format(name=name, what=describe(value)))
    return _plain(value)


def _plain(value: Any) -> Any:
    if type(value) in _SCALARS:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return {_plain(item) for item in value}
    if is_array(value):
        return (value.astype(float) if getattr(value.dtype, "char", "") == _LONG_DOUBLE else value).tolist()
    return Fraction(value) if isinstance(value, Decimal) else value


def _is_large(value: Any) -> bool:
    """Return whether a value holds more values or lists than an answer may have."""
    left, values, containers = [value], 0, 0
    while left and values <= MAX_VALUES and containers <= MAX_CONTAINERS:
        item = left.pop()
        if isinstance(item, _CONTAINERS):
            containers += 1
            left.extend(item)
        else:
            values += math.prod(max(size, 1) for size in item.shape) if is_array(item) else 1
    return bool(left) or values > MAX_VALUES


def single(value: Any) -> Any:
    """Return the single element of plain values, however deep it is nested; else the value itself.

    >>> single([[9]]), single({9}), single([[3, 3]]), single(9)
    (9, 9, [[3, 3]], 9)
    """
    inner = value
    while isinstance(inner, _CONTAINERS) and len(inner) == 1:
        (inner,) = inner
    return value if isinstance(inner, _CONTAINERS) else inner


def elements(value: Any) -> list[Any]:
    """Return the elements of plain values in order; a single element, or a set, as a list of one.

    >>> elements([3, 5]), elements(3), elements([[3]]), elements({3, 5})
    ([3, 5], [3], [3], [{3, 5}])
    """
    one = single(value)
    return [single(item) for item in one] if isinstance(one, list | tuple) else [one]


def members(value: Any) -> list[Any]:
    """Return the elements of plain values, in any order.

    >>> sorted(members({"a", "b"})), members("a")
    (['a', 'b'], ['a'])
    """
    one = single(value)
    return list(one) if isinstance(one, _CONTAINERS) else [one]


def leaves(value: Any) -> Iterator[Any]:
    """Yield the innermost elements of plain values."""
    if isinstance(value, _CONTAINERS):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def is_tensor(value: Any) -> bool:
    """Return whether this is a torch tensor, such as a parameter, without importing torch."""
    return "torch" in sys.modules and isinstance(value, torch.Tensor)


def is_array(value: Any) -> bool:
    """Return whether this is a tensor, a numpy array or a numpy number, not just an object with a shape."""
    return type(value) not in _SCALARS and (_is_numpys(value) or is_tensor(value))


def _is_numpys(value: Any) -> bool:
    """Return whether this is an array or a number of numpy, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.number, numpy.bool_))


def is_number(value: Any) -> bool:
    """Return whether this is an int, a float or a fraction; True and False do not count."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def whole(value: Any, name: str) -> int:
    """Read a whole number; 3.0 counts as 3.

    Raises:
        FormError: it is something else.

    """
    number = single(plain(value, name))
    if not is_number(number):
        sentence = wording.QUOTED if is_quoted(number) else wording.NOT_A_NUMBER
        raise FormError(sentence.format(name=name, what=describe(value)))
    if math.isinf(as_float(number)):
        raise FormError(wording.TOO_LARGE.format(name=name, what=describe(number)))
    if math.isnan(number) or number != int(number):
        raise FormError(wording.NOT_WHOLE.format(name=name, what=shorten(str(number))))
    return int(number)


def as_float(number: Real) -> float:
    """Convert a number to a float; it becomes infinite if it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def is_quoted(value: Any) -> bool:
    """Return whether this is a text that would be a number without its quotes."""
    try:
        return isinstance(value, str) and len(value) <= MAX_SHOWN and math.isfinite(float(value))
    except ValueError:
        return False


def malformed(name: str, value: Any, how: str) -> FormError:
    """Return the error for an answer of another form; it describes the answer and says `how` to write it."""
    inner = list(leaves(plain(value, name)))
    bad = [item for item in inner if not is_number(item)]
    if value is not ... and any(item is ... for item in bad):
        return FormError(wording.UNFINISHED.format(name=name))
    what = describe(value)
    if bad and len(inner) > 1 and not is_array(value):
        what = wording.WITH_IN_IT.format(what=what, part=describe(bad[0]))
    if bad and all(map(is_quoted, bad)):
        how = wording.UNQUOTED
    elif isinstance(value, set | frozenset) and not bad:
        what = wording.UNORDERED.format(what=what)
    return FormError(wording.MALFORMED.format(name=name, what=what, how=how))


def describe(value: Any) -> str:
    """Describe a value in a few words, such as 'the text "abc"' or 'a tensor of shape 2x3'."""
    if value is None:
        return wording.NONE
    if value is ...:
        return wording.BLANK
    if is_array(value):
        what = "tensor" if is_tensor(value) else "numpy array"
        kind = next((f"{kind} " for kind in _UNUSUAL if dtype_name(value).startswith(kind)), "")
        return wording.ARRAY.format(sort=f"{kind}{what}", shape=shape_text(value.shape))
    if isinstance(value, str):
        return wording.TEXT.format(text=shorten(repr(value)))
    if isinstance(value, bool | int | float):
        return shorten(repr(value))
    if isinstance(value, Fraction | Decimal):
        return shorten(str(value))
    if isinstance(value, (*_CONTAINERS, dict)):
        return _describe_container(value)
    return str(getattr(value, "description", wording.OTHER_TYPE.format(type=type(value).__name__)))


def dtype_name(array: Any) -> str:
    """Return the name of a tensor's or array's dtype, such as float32."""
    return str(array.dtype).removeprefix("torch.")


def _describe_container(value: Any, depth: int = 1) -> str:
    noun = _noun(value)
    if not value:
        return wording.EMPTY.format(noun=noun)
    if isinstance(value, dict):
        return wording.COUNTED.format(noun=noun, count=len(value))
    if len(value) == 1 and depth <= MAX_DESCRIBED:
        (item,) = value
        what = _describe_container(item, depth + 1) if _noun(item) else describe(item)
        return wording.HOLDING.format(noun=noun, what=what)
    nouns = {_noun(item) for item in value} if len(value) <= MAX_VALUES else set()
    inner = nouns.pop() if len(nouns) == 1 else ""
    sentence = wording.COUNTED_ALIKE if inner else wording.COUNTED
    return sentence.format(noun=noun, count=len(value), inner=inner)


def _noun(value: Any) -> str:
    """Return what a container is called; '' for a value that is not a container."""
    if type(value).__name__ == "Size":
        return "torch.Size"
    if not isinstance(value, (*_CONTAINERS, dict)):
        return ""
    return next(kind.__name__ for kind in (list, tuple, set, dict, frozenset) if isinstance(value, kind))


def shape_text(shape: Any) -> str:
    """Return a shape as text, such as 1x1x3x3; () is a single number."""
    return "x".join(str(size) for size in shape) if len(shape) else wording.SCALAR_SHAPE


def shorten(text: str) -> str:
    """Return at most MAX_SHOWN characters of a text."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
