"""What is wrong with something that an author wrote, and where below a question or an exercise it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class LanguageError(ValueError):
    """A formula, a layer or a text that cannot be used; the message is a sentence without a place.

    `path` leads to it from where it was used, `line` counts from 1 inside a text, `remedy` says what to do.
    """

    def __init__(self, sentence: str, remedy: str = "", line: int = 0) -> None:
        super().__init__(sentence)
        self.remedy = remedy
        self.line = line
        self.path: tuple[str | int, ...] = ()


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """Say of an error that is raised here where it stands."""
    try:
        yield
    except LanguageError as error:
        error.path = (*path, *error.path)
        raise
