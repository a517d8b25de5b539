"""Texts compared as people mean them, and patterns by RE2, whose time grows with the text and no faster."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from grader.questions.problems import Problem

MAX_PATTERN = 500  # characters
MAX_MEMORY = 1 << 20  # bytes that RE2 can use for one pattern
_ALIKE = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
    }
)
_AROUND = " '\"`"


def bare(text: str) -> str:
    """Return a text without what editors and word processors change: blanks, quotes, dashes, a full stop.

    >>> bare(' \u201cmax\u00a0 pooling\u201d. ')
    'max pooling'
    """
    text = unicodedata.normalize("NFKC", text.encode(errors="replace").decode()).translate(_ALIKE)
    visible = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return " ".join(visible.split()).rstrip(". ").strip(_AROUND).rstrip(". ")


def compared(text: str, *, case: bool) -> str:
    """Return a text in the form in which answers are compared; `case` says whether capitals matter.

    >>> compared(" MAX pooling ", case=False)
    'max pooling'
    """
    return bare(text) if case else bare(bare(text).casefold())


def matches(patterns: Iterable[str], text: str, *, case: bool) -> bool:
    """Return whether a pattern matches the whole of a bare text."""
    return any(_compiled(pattern, case).fullmatch(text) is not None for pattern in patterns)


def pattern_problems(patterns: Sequence[str], path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield patterns that RE2 cannot read, or would need much memory for."""
    import re2  # noqa: PLC0415 few exercises have patterns

    for index, pattern in enumerate(patterns):
        here = (*path, index)
        if len(pattern) > MAX_PATTERN:
            yield Problem(here, f"The pattern is longer than {MAX_PATTERN} characters.", "Split it in two.")
            continue
        if "{{" in pattern:
            yield Problem(here, "A pattern has no parameters.", "Write what needs them under 'accept'.")
            continue
        try:
            _compiled(pattern, False)
        except (re2.error, UnicodeError) as error:
            sentence = f"This is not an RE2 pattern: {_reason(error)}."
            yield Problem(here, sentence, "RE2 has no lookahead and no backreference.")


@lru_cache(maxsize=1024)
def _compiled(pattern: str, case: bool) -> Any:
    import re2  # noqa: PLC0415 few exercises have patterns

    options = re2.Options()
    options.case_sensitive = case
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    return re2.compile(pattern, options)


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
