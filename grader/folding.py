"""Texts as they are compared: people and systems write the same name in many forms."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return a text without what does not tell people apart: its form, its case, doubled blanks.

    >>> folded("  Ada   LOVELACE ")
    'ada lovelace'
    """
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
