"""What a student hands in: a file's name and its bytes, which nothing here parses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionFault
from grader.files import open_file, refusal

MAX_BYTES = 64 << 20  # outputs included, which a notebook can have many of; code is bounded where it is read
SUFFIXES = (".py", ".ipynb")

_IMPORT = re.compile(rb"\b(?:from|import)[ \t]+(\w+)", re.ASCII)


@dataclass(frozen=True)
class Submission:
    """One file handed in."""

    name: str
    content: bytes

    @property
    def imports(self) -> frozenset[str]:
        """The modules that it may import."""
        return imports_of(self.content)


@dataclass(frozen=True)
class Request:
    """A file to be graded, without the checks that did not come to an end."""

    submission: Submission
    given_up: frozenset[str] = frozenset()


def imports_of(content: bytes) -> frozenset[str]:
    """The modules that some code may import: a guess, by what looks like an import somewhere in its bytes."""
    return frozenset(found.decode() for found in _IMPORT.findall(content.replace(b"\0", b"")))


def read_submission(file: Path) -> Submission:
    """Read the bytes of a file that a student hands in.

    Raises:
        SubmissionFault: it is missing, too large, or neither a .py file nor a notebook.

    """
    try:
        with open_file(file) as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SubmissionFault(f"There is no file {file}.") from None
    except OSError as error:
        raise SubmissionFault(str(refusal(file, "read", error))) from None
    return submission_of(file.name, content)


def submission_of(name: str, content: bytes) -> Submission:
    """Return the submission in the bytes of a file of this name.

    Raises:
        SubmissionFault: it is too large, or neither a .py file nor a notebook by its name.

    """
    if len(content) > MAX_BYTES:
        raise SubmissionFault(
            f"{name} is larger than {MAX_BYTES >> 20} MiB. Clear the outputs and save it again."
        )
    if not name.endswith(SUFFIXES):
        raise SubmissionFault(f"{name} is neither a .py file nor a .ipynb notebook.")
    return Submission(name, content)
