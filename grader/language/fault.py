"""Errors in what an author wrote, with their place in a question or an exercise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class LanguageError(ValueError):
    """A formula, a layer or a text that cannot be used; the message is a sentence without its place.

    `path` leads from the place of use to the fault, `line` counts from 1 within a text, and `remedy` is
    what to do.
    """

    def __init__(self, sentence: str, remedy: str = "", line: int = 0) -> None:
        super().__init__(sentence)
        self.remedy = remedy
        self.line = line
        self.path: tuple[str | int, ...] = ()


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """Add the place to an error that is raised in this block."""
    try:
        yield
    except LanguageError as error:
        error.path = (*path, *error.path)
        raise
