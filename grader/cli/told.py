"""Sentences beside what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from grader.errors import printable


def tell(sentences: Iterable[str]) -> None:
    """Print what a person should know, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"{printable(sentence)}\n")  # click.echo would write into a bar, this goes above it
