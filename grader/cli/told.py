"""Messages besides the output of a command."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable

from grader.errors import printable


def tell(sentences: Iterable[str]) -> None:
    """Print messages for the user, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"{_wrapped(printable(sentence))}\n")  # click.echo would write into a progress bar


def _wrapped(sentence: str) -> str:
    """Break a sentence between words if a terminal shows it."""
    if not sys.stderr.isatty():
        return sentence
    width = shutil.get_terminal_size().columns
    return textwrap.fill(sentence, width, break_long_words=False, break_on_hyphens=False)
