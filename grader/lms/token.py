"""The access token of an LMS: from the environment or a private file, and never printed or stored."""

from __future__ import annotations

import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from grader.errors import UsageFault, printable
from grader.files import read_file, refusal

VARIABLE = "CANVAS_TOKEN"
MAX_BYTES = 4096
_REMEDY = f"Make one in Canvas (Account, Settings, New Access Token), and put it into {VARIABLE} or a file."


class Token:
    """An access token. Only `reveal` returns it, so that no message or log shows it by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the token itself."""
        return self._text

    def __repr__(self) -> str:
        return "Token(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not stored")


def read_token(environment: Mapping[str, str], file: Path | None) -> Token:
    """Return the token in a private file if one is given, or else in the environment.

    Raises:
        UsageFault: there is none, it cannot be one, or others can read the file.

    """
    place = printable(str(file)) if file else VARIABLE
    text = _private(file) if file else environment.get(VARIABLE, "")
    text = text.strip()
    if not text:
        raise UsageFault(f"There is no token in {place}. {_REMEDY}")
    if (
        not (text.isascii() and text.isprintable()) or " " in text
    ):  # it would be shown in an error about headers
        raise UsageFault(f"What is in {place} is not a token: it holds spaces or other characters. {_REMEDY}")
    return Token(text)


def _private(file: Path) -> str:
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise refusal(file, "read", error) from None
    if sys.platform != "win32" and stat.S_ISREG(mode) and mode & 0o077:
        name = printable(str(file))
        raise UsageFault(f"{name} can be read by others (mode {mode & 0o777:o}). Run: chmod 600 {name}")
    return read_file(file, MAX_BYTES).decode("utf-8", "replace")
