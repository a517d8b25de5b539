"""What a question requires of its parameters: that they reveal each of its misconceptions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from grader.language.fault import LanguageError
from grader.language.params import Demand, Variant
from grader.questions.base import Question
from grader.questions.posed import FormError

RIGHT = 100  # the cost of a misconception that leads to the right answer; one that looks like another costs 1
IMPOSSIBLE = 10_000
MAX_KNOWN = 10_000  # per question: parameter values whose cost is cached
_WORD = re.compile(r"[A-Za-z_]\w*")


def read_by(question: Question[Any, Any, Any], params: Iterable[str]) -> frozenset[str]:
    """Return the parameters that can affect a question's answers."""
    words = {
        word for text in _strings(question.model_dump(), question.silent) for word in _WORD.findall(text)
    }
    return frozenset(words.intersection(params))


def demand_of(question: Question[Any, Any, Any], params: frozenset[str]) -> Demand:
    """Return what a question requires of its parameters when they are drawn."""
    reads = read_by(question, params)
    names = sorted(reads)
    known: dict[str, tuple[int, bool]] = {}  # a class of hundreds draws the same few values many times

    def cost(variant: Variant, most: float) -> int:
        settings = repr([variant.params[name] for name in names])
        found, is_all = known.get(settings, (0, False))
        if not is_all and found < most:
            found = _cost(question, variant, most)
            if len(known) < MAX_KNOWN:
                known[settings] = found, found < most
        return found

    return Demand(reads, cost)


def _cost(question: Question[Any, Any, Any], variant: Variant, most: float) -> int:
    """Add up the costs of a variant's confusions, and stop at `most`."""
    total = 0
    try:
        posed, key = question.sketch(variant)
        common = tuple(wrong for wrong in key.wrong if not wrong.is_rare)
        for one in question.confusions(posed, key.model_copy(update={"wrong": common})):
            total += RIGHT if one.is_right else 1
            if total >= most:
                break
    except (LanguageError, FormError):
        return IMPOSSIBLE
    return total


def _strings(value: Any, silent: Collection[str]) -> Iterator[str]:
    """Yield every text in a record that can affect an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in silent:
                yield from _strings(item, silent)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item, silent)
