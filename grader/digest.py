"""Digests, by which the same content is known again."""

from __future__ import annotations

import hashlib


def digest_of(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
