"""The errors that people see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One fault in a file: its place, what is wrong, and the remedy."""

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
    """The base of all errors that people see; the message is one sentence."""


class UsageFault(GraderError):
    """A command was asked for something that does not exist or makes no sense."""


class SubmissionFault(GraderError):
    """A submission cannot be read at all."""


class WorkerFault(GraderError):
    """The grader failed to run student code; the student is not to blame."""


class CourseFaults(GraderError):
    """All faults in the files of a course."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[CourseFaults], tuple[tuple[Fault, ...]]]:  # for pickling in a lane
        return CourseFaults, (self.faults,)


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "student"), counted(2, "student"), counted(0, "file")
    ('1 student', '2 students', '0 files')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a remedy for an unknown word; a list or tuple of known words keeps its order.

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
    """Return the text with "?" for characters that control a terminal or cannot be written."""
    if text.isprintable():  # as nearly all are
        return text
    return "".join(letter if letter.isprintable() else "?" for letter in text)
