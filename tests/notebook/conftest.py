"""A student's folder with notebooks, and a session in which `check` can be called without Jupyter."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.cli import notebook_helper
from grader.notebook import asking, helper_process
from grader.service.checking import Checking
from tests.conftest import Run
from tests.notebook.documents import Shell


@pytest.fixture
def folder(own: Path, course: Run) -> Path:
    """Return the handout of a small course, as notebooks."""
    handout = own / "handout"
    assert course(own, "generate", handout, "--format", "notebook").code == 0
    return handout


class Inside:
    """What grades for a session, without a process of its own."""

    def __init__(self, checking: Checking) -> None:
        self._checking = checking

    def ask(self, request: dict[str, Any]) -> Any:
        answer = notebook_helper.answer(self._checking, json.dumps(request).encode())
        return json.loads(json.dumps(answer))


@pytest.fixture
def shell(session: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Yield the session of the notebook of exercise-1, with what grades for it in this process."""
    with Checking() as checking:
        monkeypatch.setattr(asking, "helper_for", lambda _folder: Inside(checking))
        asking.session_here()  # the module was imported before
        yield session


@pytest.fixture
def whole_shell(session: Shell) -> Iterator[Shell]:
    """Yield the same with a process."""
    asking.session_here()
    yield session
    for helper in helper_process.helpers.values():
        helper.close()
    helper_process.helpers.clear()


@pytest.fixture
def session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a session that has just begun."""
    shell = Shell()
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "exercise-1.ipynb"))
    monkeypatch.setenv("TORCHGRADE_UNSAVED", "")  # it is put back afterwards
    shell.run("from grader import check", "imports")
    return shell
