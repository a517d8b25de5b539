"""Whether the file of a notebook is older than what its kernel ran, when a cell runs the command `grade`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from grader.errors import SubmissionFault, printable
from grader.examiner.submission import read_submission
from grader.notebook.unsaved import UNSAVED

_RUNS_GRADE = re.compile(rb"(?:[!%]|\bos\.|\bsubprocess\.).{0,80}\bgrader?\b")
OLDER = (
    "{name} was saved before you ran some cells, and only what is saved counts. Save it and run this again."
)


def older_than_session(file: Path) -> str:
    """Return a sentence if the session that runs this command is ahead of the file, or else "".

    A kernel that has imported `check` says so. Of another one only its notebook's name is known: if the file
    has no cell that runs this command, it was saved before that cell was written.
    """
    told = os.environ.get(UNSAVED)
    is_ahead = _is_same(told, file) if told is not None else _lacks_this_cell(file)
    return OLDER.format(name=printable(file.name)) if is_ahead else ""


def _is_same(told: str, file: Path) -> bool:
    try:
        return bool(told) and file.samefile(told)
    except OSError:
        return False


def _lacks_this_cell(file: Path) -> bool:
    session = os.environ.get("JPY_SESSION_NAME", "")
    if file.suffix != ".ipynb" or Path(session).name != file.name:
        return False
    try:
        return _RUNS_GRADE.search(read_submission(file).content) is None
    except SubmissionFault:
        return False
