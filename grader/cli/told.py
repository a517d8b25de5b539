"""Messages besides the output of a command."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from grader.errors import printable


def tell(sentences: Iterable[str]) -> None:
    """Print messages for the user, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"{printable(sentence)}\n")  # click.echo would write into a progress bar
