"""Wrong answers that need no understanding, made at random for each kind of question."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.questions.posed import Key, Posed

Guess = Callable[[Posed, Any, random.Random], Any]
_DOCS = Path(__file__).parents[2] / "docs" / "explanation"
WORDS = sorted(
    {
        word
        for page in _DOCS.glob("*.md")
        for word in re.findall(r"[a-z]{3,}", page.read_text(encoding="utf-8").lower())
    }
)


def _sizes(_: Posed, key: Any, draw: random.Random) -> Any:
    return [max(0, size + draw.randint(-4, 9)) for size in key.sizes]


def _number(_: Posed, key: Any, draw: random.Random) -> Any:
    return key.answer + draw.choice([draw.randint(-20, 20), draw.gauss(0, 1 + abs(key.answer))])


def nested(values: list[float], shape: tuple[int, ...]) -> Any:
    """Return values in row-major order as nested lists."""
    if not shape:
        return values[0]
    size = len(values) // shape[0] if shape[0] else 0
    return [nested(values[start * size : (start + 1) * size], shape[1:]) for start in range(shape[0])]


def _values(_: Posed, key: Any, draw: random.Random) -> Any:
    return nested([value + draw.choice([0, 0, draw.randint(-3, 3)]) for value in key.values], key.shape)


def _words(_: Posed, key: Any, draw: random.Random) -> Any:
    """Return one to three words of prose, or one of them beside a word of a right answer that has several."""
    words = [draw.choice(WORDS) for _ in range(draw.randint(1, 3))]
    if draw.random() < 0.3 and len(key.accept[0].split()) > 1:
        words[0] = draw.choice(key.accept[0].split())
    return " ".join(words)


def _formula(posed: Any, _: Any, draw: random.Random) -> Any:
    """Return a formula of the names and of small numbers, of a size like that of a right one."""

    def term(depth: int) -> str:
        if depth == 0:
            return str(draw.choice([*posed.variables, *posed.variables, str(draw.randint(1, 4))]))
        return f"({term(depth - 1)} {draw.choice(['+', '-', '*', '//'])} {term(draw.randint(0, depth - 1))})"

    return term(draw.randint(1, 4))


def letters_of(posed: Any, key: Any, draw: random.Random) -> Any:
    """Draw letters of a question for an order or a match, in any order; to match, one for each text, most of them only once."""
    letters = [option.letter for option in posed.options]
    if posed.ordered == "match" and draw.random() < 0.3:
        return [draw.choice(letters) for _ in key.letters]
    return draw.sample(letters, len(key.letters))


GUESSES: dict[str, Guess] = {
    "expression": _formula,
    "number": _number,
    "output-size": _sizes,
    "tensor": _values,
    "text": _words,
}


def guess(posed: Posed, key: Key, draw: random.Random) -> Any:
    """Return one wrong answer of the right form, or by chance the right one."""
    return GUESSES[posed.kind](posed, key, draw)
