"""Fold texts for comparison, because people and systems write the same name in many forms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOKENS = re.compile(r"[^\W\d_]+|\d+")


def folded(text: str) -> str:
    """Return a text with normalised letters, case and spaces, for comparing names.

    >>> folded("  Ada   LOVELACE ")
    'ada lovelace'
    """
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[str, ...]:
    """Return runs of letters and of digits without leading zeros: the same for `ex-03` and `Ex 3`."""
    plain = unicodedata.normalize("NFKC", text)
    return tuple(one.lstrip("0") or "0" if one.isdigit() else one for one in _TOKENS.findall(plain))
