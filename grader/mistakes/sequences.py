"""The usual mistakes in putting things in order, and in matching them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from grader.mistakes import wording
from grader.mistakes.mistake import Slip

Told = tuple[str, str, Sequence[str]]  # the name of a mistake, its message, and the letters

ORDER_MISTAKES = (
    "reversed-order",
    "first-at-the-end",
    "last-at-the-start",
    "swapped-neighbours",
    "kept-the-order",
)
MATCH_MISTAKES = ("shifted-by-one", "shifted-back", "matched-backwards", "swapped-two", "same-for-all")


def order_slips(right: Sequence[str]) -> Iterator[Slip]:
    """Yield the usual wrong orders of these letters, each once."""
    found: list[Told] = [("reversed-order", wording.REVERSED_ORDER, right[::-1])]
    found += [("first-at-the-end", wording.FIRST_AT_THE_END, [*right[1:], right[0]])]
    found += [("last-at-the-start", wording.LAST_AT_THE_START, [right[-1], *right[:-1]])]
    for at in range(len(right) - 1):
        swapped = [*right[:at], right[at + 1], right[at], *right[at + 2 :]]
        found.append(("swapped-neighbours", wording.SWAPPED_NEIGHBOURS, swapped))
    found.append(("kept-the-order", wording.KEPT_THE_ORDER, sorted(right)))
    return _distinct(found, right)


def match_slips(right: Sequence[str], letters: Sequence[str]) -> Iterator[Slip]:
    """Yield the usual wrong matches, each once."""
    found: list[Told] = [("shifted-by-one", wording.SHIFTED, [*right[1:], right[0]])]
    found += [("shifted-back", wording.SHIFTED, [right[-1], *right[:-1]])]
    found += [("matched-backwards", wording.REVERSED_MATCH, right[::-1])]
    for one, other in combinations(range(len(right)), 2):
        swapped = list(right)
        swapped[one], swapped[other] = right[other], right[one]
        found.append(("swapped-two", wording.SWAPPED_TWO, swapped))
    found.append(("kept-the-order", wording.KEPT_THE_ORDER, letters[: len(right)]))
    found += [("same-for-all", wording.SAME_FOR_ALL, [letter] * len(right)) for letter in letters]
    return _distinct(found, right)


def _distinct(found: Sequence[Told], right: Sequence[str]) -> Iterator[Slip]:
    seen = {tuple(right)}
    for name, message, answer in found:
        if tuple(answer) not in seen:
            seen.add(tuple(answer))
            yield Slip(name, message, list(answer))


def pairs_in_order(given: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    """Count the pairs that are in the right order, and all pairs.

    >>> pairs_in_order("bac", "abc")
    (2, 3)
    """
    place = {letter: at for at, letter in enumerate(right)}
    pairs = list(combinations(given, 2))
    return sum(place[one] < place[other] for one, other in pairs), len(pairs)
