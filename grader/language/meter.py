"""The cost limit of a text. Steps are counted, not timed: a text renders on every machine or on none.

A text has a fixed number of steps. Every operation costs a few, plus the size of its value. A call costs
the product of its arguments' sizes, as in `"a".center(80)` or `text | replace("a", "bb")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sized
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

from jinja2 import Undefined
from jinja2.utils import Namespace

MAX_STEPS = 10_000_000
MAX_SIZE = 100_000  # characters and numbers in a text, and in each value in it
MAX_BITS = 3_400  # in a whole number: a thousand digits
MAX_WIDTH = 1_000  # of one field in a format
DEED = 10  # steps that every operation costs
CALL = 100  # steps that a call costs (it can be a macro)

_PERCENT = re.compile(r"%(?:%|(?:\([^)]*\))?([-+ #0-9.*]*))")
_BRACES = re.compile(r"\{[^{}]*:([^{}]*)")
_NESTED = re.compile(r"\{[^{}]*\{")


class TooMuchError(ValueError):
    """A text needs more than is allowed."""


class Meter:
    """The steps that one text has left."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Use up some of the steps.

        Raises:
            TooMuchError: fewer are left.

        """
        self._left -= steps
        if self._left < 0:
            raise TooMuchError(
                f"It takes more than {MAX_STEPS:,} steps. Use shorter loops and smaller values."
            )

    def measured(self, value: Any) -> Any:
        """Charge for a value and return it; an iterator becomes a list."""
        if isinstance(value, Iterator):
            value = list(islice(value, MAX_SIZE + 1))
        self.spend(DEED + size_of(value))
        return value

    def turns(self, items: Iterable[Any]) -> list[Any]:
        """Charge for the items of a loop and return them."""
        turns = list(islice(items, MAX_SIZE + 1))
        self.spend(DEED * (1 + len(turns)))
        return turns

    def work(self, given: Iterable[Any], *, counts: bool) -> None:
        """Charge for a call; whole numbers that are counts, as in `center(80)`, multiply the work."""
        steps = 1
        for value in given:
            is_count = counts and isinstance(value, int)
            steps *= max(1, abs(value) if is_count else size_of(value))
            if steps > MAX_STEPS:
                break
        self.spend(CALL + steps)


_METER: ContextVar[Meter] = ContextVar("_METER")


@contextmanager
def metered() -> Iterator[Meter]:
    """Give the text that is rendered in this block its steps."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


def meter() -> Meter:
    """Return the meter of the text that is being rendered."""
    return _METER.get()


def size_of(value: Any) -> int:
    """Count the characters, numbers and other parts of a value.

    Raises:
        TooMuchError: there are more than MAX_SIZE, or a number is too long.

    """
    total, left = 0, [value]
    while left:
        one = left.pop()
        total += 1
        if isinstance(one, str | bytes | range):
            total += len(one)
        elif isinstance(one, int):
            total += _digits(one)
        elif isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | AbstractSet):
            left += one
        elif isinstance(one, Namespace):
            left += vars(one)["_Namespace__attrs"].values()
        elif isinstance(one, Sized) and not isinstance(one, Undefined):
            total += len(one)
        if total > MAX_SIZE:
            raise TooMuchError(
                f"A value in it is larger than {MAX_SIZE:,} characters or numbers. Make it smaller."
            )
    return total


def _digits(number: int) -> int:
    if number.bit_length() > MAX_BITS:
        raise TooMuchError("A number in it has more than a thousand digits. Make it smaller.")
    return number.bit_length() // 3


def check_format(text: str, given: Iterable[Any]) -> None:
    """Raise TooMuchError for an excessive width or number of digits."""
    specs = [*_PERCENT.findall(text), *_BRACES.findall(text)]
    widths = [int(digits[:10]) for spec in specs for digits in re.findall(r"\d+", spec)]
    if any("*" in spec for spec in specs) or _NESTED.search(text):  # the width is one of the arguments
        widths += [abs(value) for value in given if isinstance(value, int)]
    if max(widths, default=0) > MAX_WIDTH:
        raise TooMuchError(
            f"A number or text in it is padded to more than {MAX_WIDTH:,} characters. Use a smaller width."
        )
