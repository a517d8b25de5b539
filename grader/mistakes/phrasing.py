"""The usual mistakes in an answer of a few words: it is almost right, or contains what is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.mistakes import wording
from grader.mistakes.mistake import Slip

MAX_COMPARED = 200  # characters of an answer in which mistakes are looked for
LEAST_MISSPELT = 5  # letters of a word in which a typing error can be distinguished from another word
LEAST_TOLD = 4  # letters of a word that shows that an answer repeats the question
_SEPARATORS = re.compile(r"[\s_-]+")
_WORDS = re.compile(r"\w+")
_SEVERAL = re.compile(r"\s*(?:[,;/|]|\bor\b|\band\b)\s*", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|no|never|without)\b|n't\b", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class PhrasingMistake:
    """A wrong way to write a right answer: how it is recognised, and an example of it, if any."""

    name: str
    message: str
    is_seen: Callable[[str, str, str], bool]  # in an answer, beside a right one and the question
    example: Callable[[str, str], str | None]  # made of a right answer and the question


def _joined(text: str) -> str:
    return _SEPARATORS.sub("", text)


def _sorted_words(text: str) -> list[str]:
    return sorted(text.split())


def _is_plural(given: str, right: str) -> bool:
    pairs = zip(given.split(), right.split(), strict=False)
    differ = [(one, its) for one, its in pairs if one != its]
    if len(given.split()) != len(right.split()) or len(differ) != 1:
        return False
    shorter, longer = sorted(differ[0], key=len)
    return longer in {f"{shorter}s", f"{shorter}es"} and shorter.isalpha()


def _plural(right: str, _: str) -> str | None:
    if not right[-1:].isalpha() or len(right) < LEAST_TOLD:
        return None
    return right[:-1] if right.endswith("s") and not right.endswith("ss") else f"{right}s"


def is_one_typo(given: str, right: str) -> bool:
    """Return whether one letter is missing, added, replaced or swapped with its neighbour.

    >>> is_one_typo("poolling", "pooling"), is_one_typo("conv1d", "conv2d"), is_one_typo("polo", "pool")
    (True, False, False)
    """
    if abs(len(given) - len(right)) > 1 or sum(map(str.isalpha, right)) < LEAST_MISSPELT:
        return False
    start = next((at for at, (a, b) in enumerate(zip(given, right, strict=False)) if a != b), len(right))
    one, its = given[start:], right[start:]
    if not all(piece[:1].isalpha() or not piece for piece in (one, its)):
        return False
    swapped = one[:2] == its[:2][::-1] and len(one) > 1 and one[2:] == its[2:]
    return given != right and (one[1:] == its or one == its[1:] or one[1:] == its[1:] or swapped)


def _misspelt(right: str, _: str) -> str | None:
    """Leave out a letter in the middle of the longest word."""
    word = max(_WORDS.findall(right), key=len, default="")
    if not word.isalpha() or len(word) < LEAST_MISSPELT:
        return None
    middle = len(word) // 2
    return right.replace(word, word[:middle] + word[middle + 1 :], 1)


def _holds(given: str, right: str) -> bool:
    """Return whether an answer has more words than the right one, and the right one among them."""
    return re.search(rf"(?<!\w){re.escape(right)}(?!\w)", given) is not None and given != right


def _is_negated(given: str, right: str, _: str) -> bool:
    return _holds(given, right) and bool(_NEGATION.search(given)) and not _NEGATION.search(right)


def _is_several(given: str, right: str, _: str) -> bool:
    return right in _SEVERAL.split(given)[:MAX_COMPARED] and given != right


def _is_number(given: str, right: str, _: str) -> bool:
    return bool(_NUMBER.fullmatch(given)) and not any(map(str.isdigit, right))


def _repeats(given: str, right: str, question: str) -> bool:
    asked = set(_WORDS.findall(question.casefold()))
    words = set(_WORDS.findall(given.casefold()))
    its = set(_WORDS.findall(right.casefold()))
    return words <= asked and not its <= asked and any(len(word) >= LEAST_TOLD for word in words)


def _repeated(right: str, question: str) -> str | None:
    words = [word for word in _WORDS.findall(question.casefold()) if len(word) >= LEAST_TOLD]
    words = [word for word in words if word not in right.casefold()]
    return " ".join(words[:2]) if words and _repeats(" ".join(words[:2]), right, question) else None


def _reordered(right: str, _: str) -> str | None:
    words = right.split()
    return " ".join(words[::-1]) if words != words[::-1] else None


def _rejoined(right: str, _: str) -> str | None:
    joined = _joined(right)
    return joined if joined != right else None


PHRASING: tuple[PhrasingMistake, ...] = (  # the first that is found is reported
    PhrasingMistake(
        "other-capitals",
        wording.OTHER_CAPITALS,
        lambda given, right, _: given.casefold() == right.casefold(),
        lambda right, _: right.swapcase() if right.swapcase().casefold() == right.casefold() else None,
    ),
    PhrasingMistake(
        "joined-or-split-words",
        wording.JOINED_OR_SPLIT,
        lambda given, right, _: _joined(given) == _joined(right),
        _rejoined,
    ),
    PhrasingMistake(
        "plural-for-singular", wording.PLURAL, lambda given, right, _: _is_plural(given, right), _plural
    ),
    PhrasingMistake(
        "swapped-words",
        wording.SWAPPED_WORDS,
        lambda given, right, _: _sorted_words(given) == _sorted_words(right),
        _reordered,
    ),
    PhrasingMistake(
        "misspelt", wording.MISSPELT, lambda given, right, _: is_one_typo(given, right), _misspelt
    ),
    PhrasingMistake("negated", wording.NEGATED, _is_negated, lambda right, _: f"not {right}"),
    PhrasingMistake(
        "several-answers", wording.SEVERAL_ANSWERS, _is_several, lambda right, _: f"{right} or padding"
    ),
    PhrasingMistake(
        "whole-sentence",
        wording.WHOLE_SENTENCE,
        lambda given, right, _: _holds(given, right),
        lambda right, _: f"I think that it is {right} here",
    ),
    PhrasingMistake(
        "number-for-words",
        wording.NUMBER_FOR_WORDS,
        _is_number,
        lambda right, _: "42" if _is_number("42", right, "") else None,
    ),
    PhrasingMistake("repeated-the-question", wording.REPEATED_THE_QUESTION, _repeats, _repeated),
)
PHRASING_MISTAKES = tuple(one.name for one in PHRASING)


def phrasing_slip(given: str, rights: Sequence[str], question: str, without: Sequence[str]) -> Slip | None:
    """Return the first usual mistake that an answer shows beside one of the right ones."""
    if len(given) > MAX_COMPARED:
        return None
    for one in PHRASING:
        if one.name not in without and any(one.is_seen(given, right, question) for right in rights):
            return Slip(one.name, one.message, given)
    return None


def phrasing_examples(right: str, question: str, without: Sequence[str]) -> Iterator[Slip]:
    """Yield an example of each usual mistake, made of a right answer."""
    for one in PHRASING:
        example = None if one.name in without else one.example(right, question)
        if example is not None:
            yield Slip(one.name, one.message, example)
