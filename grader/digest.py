"""Digests, which identify content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_LENGTH = 20  # hexadecimal digits kept; a collision gains nothing


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@lru_cache
def own_sources() -> str:
    """Return a digest of the sources that decide a report; a version number is too coarse in development."""
    return _digest_below("course", "examiner", "language", "questions", "worker")


@lru_cache
def all_sources() -> str:
    """Return a digest of the whole program, which must be the same in processes that work together."""
    return _digest_below(".")


def _digest_below(*folders: str) -> str:
    root = Path(__file__).parent
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    parts = (part for file in files for part in (str(file.relative_to(root)).encode(), file.read_bytes()))
    return digest_of(b"\0".join(parts))[:_LENGTH]
