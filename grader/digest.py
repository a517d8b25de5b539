"""Digests, by which the same content is known again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_LENGTH = 20  # hexadecimal digits that are kept: nobody gains by a collision


def digest_of(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@lru_cache
def own_sources() -> str:
    """A digest of what grades: our own version says too little while it is being written."""
    root = Path(__file__).parent
    parts = ("course", "examiner", "language", "questions", "worker")
    files = sorted(file for part in parts for file in (root / part).rglob("*.py"))
    return digest_of(b"\0".join(file.read_bytes() for file in files))[:_LENGTH]
