"""`check`: grade the notebook that calls it, as a clean run of its source."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.errors import GraderError, UsageFault
from grader.notebook.helper_process import helper_for
from grader.notebook.notebook_file import Notebook, find_notebook, is_colab
from grader.notebook.overlay import laid_over
from grader.notebook.runs import SessionRuns
from grader.notebook.shown import CellOutput, sentence
from grader.notebook.staleness import Clean, Staleness
from grader.notebook.unsaved import mark_unsaved, mentions_grade

NO_NOTEBOOK = "check() works in a notebook. In a terminal, run: grade EXERCISE"
QUOTES = "Put the name of the question in quotes, as in check('size')."
BUG = "This is a bug in the grader: {error}. Please report it."


def check(question: object = None, exercise: object = None) -> None:
    """Grade the notebook that calls this, and show the verdict of one question, or of all without a name.

    The verdict is that of a clean run: of the notebook as it was saved, with the cells that ran since.
    `exercise` is needed only if the notebook is not named after its exercise.
    """
    session = session_here()
    if session is None:
        sentence(NO_NOTEBOOK).show(None)
        return
    try:
        _refuse_values(question)
        shown = session.checked(_word(question), _word(exercise))
    except GraderError as error:
        shown = sentence(str(error))
    except Exception as error:  # a student must never see the grader's traceback
        shown = sentence(BUG.format(error=f"{type(error).__name__}: {error}"))
    shown.show(session.shell)


def _refuse_values(question: object) -> None:
    """Raise UsageFault for `check(size)`, which passes the answer instead of the name."""
    if question is not None and not isinstance(question, str):
        raise UsageFault(QUOTES)


def _word(value: object) -> str | None:
    """Return a name as text; a number may name an exercise."""
    return None if value is None else str(value)[:200]


class NotebookSession:
    """A kernel with a notebook: what it ran, and where it began."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._here = Path.cwd()
        self._lock = threading.Lock()
        self._runs = SessionRuns(shell, self._before)
        with suppress(Exception):  # it imports while the student reads; a fault is reported by `check`
            helper_for(self._folder(None if is_colab() else self._notebook()))

    def checked(self, question: str | None, exercise: str | None) -> CellOutput:
        """Return the verdict of a clean run, and why names of this session differ from it.

        Raises:
            HelperFault: the process that grades has ended.

        """
        runs, notebook = self._runs.all, self._notebook()
        laid = laid_over(notebook, runs)
        folder = self._folder(notebook)
        with self._lock:
            answer = helper_for(folder).ask(
                {
                    "folder": str(folder),
                    "notebook": notebook.name if notebook else None,
                    "file": str(notebook.file) if notebook and notebook.file else None,
                    "exercise": exercise,
                    "question": question,
                    "cells": [(cell.cell_type, _valid(cell.source), cell.number) for cell in laid.cells],
                }
            )
        return _shown(answer, Staleness(self._names, laid, runs))

    @property
    def _names(self) -> Mapping[str, Any]:
        names: Mapping[str, Any] = self.shell.user_ns
        return names

    def _notebook(self) -> Notebook | None:
        keys: Iterator[str] = (run.key for run in reversed(self._runs.all))
        return find_notebook(self._names, keys, self._here)

    def _folder(self, notebook: Notebook | None) -> Path:
        return notebook.file.parent if notebook and notebook.file else self._here

    def _before(self, source: str) -> None:
        """Before a cell that may run the command `grade`, note whether the file is older than what ran."""
        with suppress(Exception):  # the cell matters more than the warning
            if mentions_grade(source) and not is_colab():
                notebook = self._notebook()
                mark_unsaved(notebook, laid_over(notebook, self._runs.all))


def _valid(text: str) -> str:
    """Return a text that every program can read: JSON can hold half a character."""
    return text.encode(errors="replace").decode()


def _shown(answer: Mapping[str, Any], staleness: Staleness) -> CellOutput:
    questions = [Clean(**one) for one in answer["questions"]]
    notes = [note for one in questions if (note := staleness.why(one))]
    return CellOutput(answer["text"], answer["html"]).with_notes(notes)


class _Sessions:
    """The session of this kernel; a shell that replaces another one has its own."""

    known: NotebookSession | None = None


def session_here() -> NotebookSession | None:
    """Return the session of this kernel, or None outside IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    if _Sessions.known is None or _Sessions.known.shell is not shell:
        _Sessions.known = NotebookSession(shell)
    return _Sessions.known


session_here()  # what runs from now on is noted
