"""What a student hands in: a file's name and its bytes, which are not parsed here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import SubmissionFault
from grader.examiner.wording import FILE_TOO_LARGE, NEITHER_FORMAT, NO_FILE
from grader.files import open_file, refusal
from grader.questions.handed_file import HandedFile

if TYPE_CHECKING:  # it needs pydantic, which `grade --help` does not
    from grader.questions.posed import Posed

MAX_BYTES = 64 << 20  # including outputs, which can be large in a notebook; code is bounded where it is read
SUFFIXES = (".py", ".ipynb")

_IMPORT = re.compile(rb"\b(?:from|import)[ \t]+(\w+)", re.ASCII)


@dataclass(frozen=True)
class Submission:
    """One file handed in, and what is known of the files beside it that questions ask for."""

    name: str
    content: bytes
    files: tuple[HandedFile, ...] = ()

    @property
    def imports(self) -> frozenset[str]:
        """The modules that it may import."""
        return imports_of(self.content)


@dataclass(frozen=True)
class Request:
    """A file to be graded, without the checks that did not finish; if `only` has questions, only these."""

    submission: Submission
    given_up: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()


def imports_of(content: bytes) -> frozenset[str]:
    """Return the modules that code may import: a guess, from what looks like an import in its bytes."""
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
        raise SubmissionFault(NO_FILE.format(name=file)) from None
    except OSError as error:
        raise SubmissionFault(str(refusal(file, "read", error))) from None
    return submission_of(file.name, content)


def with_files_beside(submission: Submission, folder: Path, questions: Iterable[Posed]) -> Submission:
    """Return a submission with the files that questions ask for, if they are in a folder."""
    files = []
    for name in dict.fromkeys(posed.file for posed in questions if posed.file):
        try:
            with open_file(folder / name) as stream:
                files.append(HandedFile.of(name, stream.read(MAX_BYTES + 1)))
        except FileNotFoundError:
            continue
        except OSError as error:
            files.append(HandedFile.of(name, b"", str(refusal(folder / name, "read", error))))
    return replace(submission, files=tuple(files))


def submission_of(name: str, content: bytes) -> Submission:
    """Return the submission with this file name and these bytes.

    Raises:
        SubmissionFault: it is too large, or its name is neither a .py file's nor a notebook's.

    """
    if len(content) > MAX_BYTES:
        raise SubmissionFault(FILE_TOO_LARGE.format(name=name, mib=MAX_BYTES >> 20))
    if not name.endswith(SUFFIXES):
        raise SubmissionFault(NEITHER_FORMAT.format(name=name))
    return Submission(name, content)
