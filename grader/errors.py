"""The one family of errors that a person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where it is, what it is, and what to do about it."""

    file: Path
    line: int | None
    column: int | None
    path: str
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        what = f"{self.path}: {self.sentence}" if self.path else self.sentence
        return f"{where}: {what} {self.remedy}".rstrip()


class GraderError(Exception):
    """What went wrong, in one sentence for the person at the terminal."""


class UsageFault(GraderError):
    """A command was asked for something that is not there or makes no sense."""


class SubmissionFault(GraderError):
    """What a student handed in cannot be read at all."""


class WorkerFault(GraderError):
    """The machinery that runs student code failed; the student is not to blame."""


class CourseFaults(GraderError):
    """Everything that is wrong in the files of a course."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[CourseFaults], tuple[tuple[Fault, ...]]]:  # to cross from a lane
        return CourseFaults, (self.faults,)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not among the known ones; a list or tuple keeps its order.

    >>> did_you_mean("point", ["points", "prompt"])
    "Did you mean 'points'?"
    >>> did_you_mean("xyz", ["b", "a"])
    'Use one of: b, a.'
    """
    names = list(known) if isinstance(known, list | tuple) else sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.7)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Use one of: {', '.join(names)}." if names else ""


def printable(text: str) -> str:
    """The text without what would move a cursor, change a colour, or not be writable at all."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
