"""What the person who marks types: the items of a rubric that an answer earned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.errors import UsageFault
from grader.gradebook.entries import MarkedItem
from grader.language.points import number_text
from grader.questions.rubric_item import RubricItem

NOTHING = "0"
EVERYTHING = "all"
MAX_TYPED = 500  # characters
_ITEM = re.compile(r"(?P<number>[0-9]{1,3})(=(?P<points>[0-9]{1,4}(\.[0-9]{1,4})?))?")


def read_earned(typed: str, rubric: Sequence[RubricItem]) -> tuple[MarkedItem, ...]:
    """Read what an answer earned: `1 3` for two items, `2=0.5` for a part of one, `all`, or `0` for none.

    Raises:
        UsageFault: it cannot be read, or does not fit the rubric.

    """
    earned: dict[int, float] = {}
    words = typed[: MAX_TYPED + 1].replace(",", " ").split()
    if not words or len(typed) > MAX_TYPED:
        raise UsageFault(f"Nothing that you typed could be read. {_help(rubric)}")
    if words == [EVERYTHING]:
        words = [str(number) for number in range(1, len(rubric) + 1)]
    for word in () if words == [NOTHING] else words:
        number, points = _item(word, rubric)
        if number in earned:
            raise UsageFault(f"Item {number} is typed twice. Type it once.")
        earned[number] = points
    return tuple(
        MarkedItem(item.text, item.points, earned.get(number, 0.0)) for number, item in enumerate(rubric, 1)
    )


def _item(word: str, rubric: Sequence[RubricItem]) -> tuple[int, float]:
    """Read one item and its points."""
    found = _ITEM.fullmatch(word)
    if found is None:
        raise UsageFault(f"'{word:.40}' is not an item of the rubric. {_help(rubric)}")
    number = int(found["number"])
    if not 1 <= number <= len(rubric):
        raise UsageFault(f"There is no item {number}. {_help(rubric)}")
    item = rubric[number - 1]
    if found["points"] is None:
        return number, item.points
    points = float(found["points"])
    if points > item.points:
        most = number_text(item.points)
        raise UsageFault(f"Item {number} has only {most}. Type {number}, or {number}=N with a smaller N.")
    if not item.partial and points not in {0.0, item.points}:
        told = "is earned whole or not at all, as its rubric has no 'partial: true'"
        raise UsageFault(f"Item {number} {told}. Type {number}, or leave it out.")
    return number, points


def _help(rubric: Sequence[RubricItem]) -> str:
    last = len(rubric)
    numbers = "1" if last == 1 else f"numbers from 1 to {last}, such as 1 {last}"
    return f"Type {numbers}; {EVERYTHING} for all, {NOTHING} for none."
