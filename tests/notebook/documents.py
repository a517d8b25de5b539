"""Notebooks as Jupyter, VS Code and Colab write them, and runs as their kernels tell about them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from grader.notebook.runs import CellRun, SessionRuns

STUB = {"imports": "from grader import check", "answer-size": "size = ...", "check-size": 'check("size")'}
VS_CODE = "vscode-notebook-cell:/home/ada/exercise-1.ipynb#W{}sZmlsZQ%3D%3D"


def jupyter(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook as JupyterLab writes it: format 4.5, every cell with an id."""
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": id_,
            "metadata": {"trusted": True},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for id_, source in cells.items()
    ]
    intro = {"cell_type": "markdown", "id": "intro", "metadata": {}, "source": ["# Sizes\n", "Answer."]}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {
        "cells": [intro, *made],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def colab(cells: Mapping[str, str], name: str) -> dict[str, Any]:
    """Return a notebook as Colab sends it: format 4.0, the ids in the metadata."""
    document = jupyter(cells)
    for cell in document["cells"]:
        cell["metadata"] = {"id": cell.pop("id")}
    document["metadata"] = {"colab": {"name": name, "provenance": []}, "language_info": {"name": "python"}}
    return {**document, "nbformat_minor": 0}


def vs_code(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook as VS Code writes it: format 4.2 has no ids."""
    document = jupyter(cells)
    for cell in document["cells"]:
        del cell["id"]
        cell["metadata"] = {"vscode": {"languageId": "python"}}
    return {**document, "nbformat_minor": 2}


def save(file: Path, document: Mapping[str, Any]) -> None:
    """Save a notebook."""
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")


def ran(key: str, source: str, at: float, *, has_id: bool = True) -> CellRun:
    """Return a run of a cell."""
    return CellRun(key, source, at, has_id)


class Shell:
    """An IPython shell, as far as `check` uses it."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.history_manager = SimpleNamespace(input_hist_raw=[""])
        self.events = self.display_pub = self
        self.shown: list[dict[str, str]] = []
        self._before: list[Any] = []

    def register(self, event: str, call: Any) -> None:
        assert event == "pre_run_cell"
        self._before.append(call)

    def publish(self, data: dict[str, str]) -> None:
        self.shown.append(data)

    def run(self, source: str, cell_id: str | None = None, **flags: bool) -> None:
        """Run a cell; what it shows is in `shown`."""
        told = {"silent": False, "store_history": True, **flags}
        self.history_manager.input_hist_raw.append(source)
        for call in self._before:
            call(SimpleNamespace(raw_cell=source, cell_id=cell_id, **told))
        exec(source, self.user_ns)

    @property
    def text(self) -> str:
        return self.shown[-1]["text/plain"]

    @property
    def html(self) -> str:
        return self.shown[-1]["text/html"]


def runs_of(shell: Shell) -> SessionRuns:
    return SessionRuns(shell, lambda _source: None)


class Colab:
    """The module by which Colab's kernel asks the browser."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def blocking_request(self, request_type: str, request: str = "", timeout_sec: float = 5) -> Any:
        assert request_type == "get_ipynb"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def in_colab(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    message: Any = ModuleType("google.colab._message")
    message.blocking_request = Colab(answer).blocking_request
    for name in ("google", "google.colab"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "google.colab._message", message)
