"""What a question asks of its parameters: that each of its misconceptions comes to light."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from grader.language.fault import LanguageError
from grader.language.params import Demand, Variant
from grader.questions.base import Question
from grader.questions.posed import FormError

RIGHT = 100  # the cost of a misconception that leads to the right answer, beside 1 for one taken for another
IMPOSSIBLE = 10_000
_WORD = re.compile(r"[A-Za-z_]\w*")


def read_by(question: Question[Any, Any, Any], params: Iterable[str]) -> frozenset[str]:
    """The parameters that can decide a question's answers."""
    words = {
        word for text in _strings(question.model_dump(), question.silent) for word in _WORD.findall(text)
    }
    return frozenset(words.intersection(params))


def demand_of(question: Question[Any, Any, Any], params: frozenset[str]) -> Demand:
    """What a question asks of a draw of its parameters."""

    def cost(variant: Variant, most: float) -> int:
        total = 0
        try:
            for one in question.confusions(*question.sketch(variant)):
                total += RIGHT if one.is_right else 1
                if total >= most:
                    break
        except (LanguageError, FormError):
            return IMPOSSIBLE
        return total

    return Demand(read_by(question, params), cost)


def _strings(value: Any, silent: Collection[str]) -> Iterator[str]:
    """Find every text in a record that can decide an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in silent:
                yield from _strings(item, silent)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item, silent)
