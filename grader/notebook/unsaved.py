"""A mark for the command `grade`, which a cell can run: the notebook's file is older than what ran."""

from __future__ import annotations

import os
import re

from grader.notebook.notebook_file import Notebook
from grader.notebook.overlay import Laid

UNSAVED = "TORCHGRADE_UNSAVED"  # the environment variable that holds the path of such a notebook
_GRADE = re.compile(r"\bgrader?\b")


def mentions_grade(source: str) -> bool:
    """Return whether a cell may run the command.

    >>> mentions_grade("!grade exercise-3"), mentions_grade("upgrade = 1")
    (True, False)
    """
    return _GRADE.search(source) is not None


def mark_unsaved(notebook: Notebook | None, laid: Laid) -> None:
    """Set the variable, which the command inherits; it is empty if nothing is known to be unsaved."""
    file = notebook.file if notebook is not None else None
    os.environ[UNSAVED] = str(file) if file is not None and laid.is_ahead else ""
