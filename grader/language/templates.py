"""Jinja in the texts of a course: sandboxed, bounded, and strict about undefined names."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError, meta

from grader.language.fault import LanguageError
from grader.language.meter import MAX_SIZE, TooMuchError, metered
from grader.language.sandbox import metered_environment

_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class TextError(LanguageError):
    """A text that cannot be rendered. `line` counts from 1 within the text."""


def matrix(value: list[Any]) -> str:
    """Write a nested list with one row per line, as in a program.

    >>> print(matrix([[1, 0], [2, 3]]))
    [[1, 0],
     [2, 3]]
    """
    if not value or not isinstance(value[0], list):
        return str(value)
    rows = [matrix(row).replace("\n", "\n ") for row in value]
    return "[" + ",\n ".join(rows) + "]"


_ENVIRONMENT = metered_environment(matrix=matrix)


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    if len(text) > MAX_SIZE:
        raise TooMuchError(f"It is longer than {MAX_SIZE:,} characters. Make it shorter.")
    return _ENVIRONMENT.from_string(text)


@lru_cache(maxsize=4096)
def names_in_text(text: str) -> frozenset[str]:
    """Return the names that a text uses.

    Raises:
        TextError: the Jinja in it is malformed.

    """
    if _is_plain(text) and len(text) <= MAX_SIZE:
        return frozenset()
    try:
        _template(text)  # finds unknown filters and tests, which parsing does not
        return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text))) - set(_ENVIRONMENT.globals)
    except Exception as error:
        raise _text_error(error, "read") from None


def render(text: str, scope: Mapping[str, Any]) -> str:
    """Render the text with the values of `scope`; its lines end in line feeds.

    Raises:
        TextError: it is malformed, uses an undefined name, costs too much, or fails on the values.

    """
    if _is_plain(text):
        return written(text.strip())
    try:
        with metered():
            return written(_template(text).render(scope).strip())
    except Exception as error:
        raise _text_error(error, "rendered") from None


def _is_plain(text: str) -> bool:
    """Return whether a text certainly contains no Jinja: compiling it would take a millisecond."""
    return "{" not in text


def written(text: str) -> str:
    """Return the text with line feeds as line ends, checked to be fit for any file and for a terminal.

    Raises:
        TextError: it is too long or contains a character that does not belong in a file.

    """
    if len(text) > MAX_SIZE:
        raise TextError(f"This text has {len(text):,} characters. Shorten it to at most {MAX_SIZE:,}.")
    unfit = unfit_character(text)
    if unfit:
        raise TextError(f"This text contains {unfit}. Remove it.")
    return _BREAKS.sub("\n", text)


def unfit_character(text: str) -> str:
    """Describe the first character that does not belong in a file or a notebook, or return ""."""
    found = _UNFIT.search(text)
    return f"the control character U+{ord(found[0]):04X}" if found else ""


def one_line(text: str) -> str:
    r"""Return the text on one line, for a heading.

    >>> one_line("Stride\nand  padding\n")
    'Stride and padding'
    """
    return " ".join(text.split())


def _text_error(error: Exception, what: str) -> TextError:
    match error:
        case TextError():
            return error
        case TemplateSyntaxError():
            return TextError(f"The Jinja in this text is malformed: {error.message}", line=error.lineno)
        case RecursionError() | MemoryError() | SyntaxError():  # in the code that Jinja generates
            sentence = "Something in it is nested too deeply or calls itself forever."
        case _:
            sentence = str(error) or type(error).__name__
    return TextError(f"This text cannot be {what}: {sentence}", line=_line_of(error))


def _line_of(error: Exception) -> int:
    """Return the line of the text that failed, which Jinja puts into the traceback."""
    places = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in places if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else 1
