"""The usual slips in a text that a person will read: what can still be fixed before it is handed in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.mistakes import wording
from grader.mistakes.mistake import Slip

MAX_READ = 20_000  # characters
LEAST_REPEATED = 0.9  # of the words of an answer are those of the question
_WORDS = re.compile(r"\w+(?:['\u2019-]\w+)*")
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|lorem ipsum)\b|\.\.\.\s*$|\?\?\?", re.IGNORECASE)
_FILE = re.compile(r"[\w./\\ -]+\.(?:pdf|docx?|txt|png|jpe?g|svg|md|ipynb|py)", re.IGNORECASE)
_NUMBERS = re.compile(r"[-+\d.,\s/%*()=]+")


@dataclass(frozen=True)
class Essay:
    """An answer in sentences, the question, and how many words it asks for."""

    text: str
    question: str
    least: int
    most: int | None

    @property
    def words(self) -> list[str]:
        """The words of the answer, without capitals."""
        return _WORDS.findall(self.text[:MAX_READ].casefold())


@dataclass(frozen=True)
class EssayMistake:
    """A slip: how it is seen, and an example of it, if the question allows one."""

    name: str
    message: str
    is_seen: Callable[[Essay], bool]
    example: Callable[[Essay], str | None]


def _is_code(essay: Essay) -> bool:
    """Return whether an answer is Python with at least one statement that prose cannot be."""
    try:
        body = ast.parse(essay.text.strip()[:MAX_READ]).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(one, ast.Expr) or isinstance(one.value, ast.Call) for one in body)


def _repeats(essay: Essay) -> bool:
    asked = set(_WORDS.findall(essay.question.casefold()))
    repeated = [word for word in essay.words if word in asked]
    return len(repeated) >= max(2, LEAST_REPEATED * len(essay.words))


def _short(essay: Essay) -> str | None:
    return " ".join(["gradient"] * (essay.least - 1)) if essay.least > 1 else None


def _long(essay: Essay) -> str | None:
    return " ".join(["gradient"] * (essay.most + 1)) if essay.most is not None else None


def _repeated(essay: Essay) -> str | None:
    words = _WORDS.findall(essay.question)
    return " ".join((words * essay.least)[: max(essay.least, len(words))]) if len(set(words)) > 1 else None


ESSAYS: tuple[EssayMistake, ...] = (  # the first that is found is reported
    EssayMistake(
        "named-a-file",
        wording.NAMED_A_FILE,
        lambda essay: _FILE.fullmatch(essay.text.strip()[:MAX_READ]) is not None,
        lambda _: "my essay.pdf",
    ),
    EssayMistake(
        "number-for-words",
        wording.NUMBER_FOR_WORDS,
        lambda essay: _NUMBERS.fullmatch(essay.text[:MAX_READ]) is not None,
        lambda _: "42",
    ),
    EssayMistake("code-for-words", wording.CODE_FOR_WORDS, _is_code, lambda _: "loss.backward()"),
    EssayMistake(
        "unfinished",
        wording.UNFINISHED_TEXT,
        lambda essay: _UNFINISHED.search(essay.text[:MAX_READ]) is not None,
        lambda _: "TODO: say why",
    ),
    EssayMistake("repeated-the-question", wording.REPEATED_THE_QUESTION, _repeats, _repeated),
    EssayMistake("too-short", wording.TOO_SHORT, lambda essay: len(essay.words) < essay.least, _short),
    EssayMistake(
        "too-long",
        wording.LONGER_THAN_ASKED,
        lambda essay: essay.most is not None and len(essay.words) > essay.most,
        _long,
    ),
)
ESSAY_MISTAKES = tuple(one.name for one in ESSAYS)
FILE_MISTAKES = ("empty-file", "renamed-file")


def file_slip(size: int, without: Sequence[str], *, fits: bool) -> Slip | None:
    """Return the usual slip that a file shows, of which only the size and the beginning are known."""
    name = "empty-file" if not size else "" if fits else "renamed-file"
    messages = dict(zip(FILE_MISTAKES, (wording.EMPTY_FILE, wording.RENAMED_FILE), strict=True))
    return Slip(name, messages[name], None) if name and name not in without else None


def essay_slip(essay: Essay, without: Sequence[str]) -> Slip | None:
    """Return the first usual slip that an answer shows."""
    seen = (one for one in ESSAYS if one.name not in without and one.is_seen(essay))
    return next((Slip(one.name, one.message, essay.text) for one in seen), None)


def essay_examples(essay: Essay, without: Sequence[str]) -> Iterator[Slip]:
    """Yield an example of each usual slip that the question allows."""
    for one in ESSAYS:
        example = None if one.name in without else one.example(essay)
        if example is not None:
            yield Slip(one.name, one.message, example)
