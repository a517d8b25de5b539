"""Which notebook a kernel works for, as Jupyter, VS Code and Colab tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.notebook.notebook_file import Notebook, find_notebook
from tests.notebook.documents import STUB, VS_CODE, colab, in_colab, jupyter, save, vs_code


@pytest.fixture(autouse=True)
def _no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "exercise-1.ipynb"
    save(file, jupyter(STUB))
    return file


def found(here: Path, names: dict[str, Any] | None = None, *keys: str) -> Notebook:
    notebook = find_notebook(names or {}, iter(keys), here)
    assert notebook is not None
    return notebook


@pytest.mark.parametrize(
    "told",
    [
        "{folder}/exercise-1.ipynb",  # Jupyter Server 2
        "exercise-1.ipynb",  # older ones, relative to the folder of the kernel
        "week 3/exercise-1.ipynb",  # relative to the folder of the server
        "RTC:week 3/exercise-1.ipynb",  # a drive of jupyter-collaboration
        "{folder}/exercise-1-jvsc-0f1e2d3c-aaaa-4bbb-8ccc-121212121212.ipynb",  # VS Code with a server
        "{folder}/exercise-1.ipynb-jvsc-0f1e2d3c-aaaa-4bbb-8ccc-121212121212",
    ],
)
def test_jupyter_names_it_in_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", told.format(folder=file.parent))
    notebook = found(file.parent)
    assert (notebook.name, notebook.file) == ("exercise-1.ipynb", file)
    assert [cell.id for cell in notebook.cells or ()] == ["intro", *STUB]
    assert notebook.saved == file.stat().st_mtime


def test_vs_code_names_it_among_the_names(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/somewhere/else.ipynb")
    save(file, vs_code(STUB))
    notebook = found(file.parent.parent, {"__vsc_ipynb_file__": str(file)})
    assert notebook.file == file
    assert [cell.source for cell in notebook.cells or ()][1:] == list(STUB.values())


def test_vs_code_names_it_in_the_ids_of_its_cells(file: Path) -> None:
    key = VS_CODE.format(1).replace("/home/ada", file.parent.as_uri().removeprefix("file://"))
    assert found(file.parent.parent, {}, "run 3", key).file == file


def test_a_name_that_a_student_has_overwritten_is_no_path(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    assert found(file.parent, {"__vsc_ipynb_file__": 3, "__session__": None}).file == file


def test_colab_sends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_colab(monkeypatch, {"ipynb": colab(STUB, "Copy of exercise-1.ipynb")})
    notebook = found(tmp_path)
    assert (notebook.name, notebook.file, notebook.saved) == ("Copy of exercise-1.ipynb", None, float("inf"))
    assert [cell.id for cell in notebook.cells or ()] == ["intro", *STUB]


@pytest.mark.parametrize("answer", [None, {}, {"ipynb": None}, TimeoutError()])
def test_colab_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    in_colab(monkeypatch, answer)
    assert find_notebook({}, iter(()), tmp_path) is None


def test_nothing_names_it(tmp_path: Path) -> None:
    assert find_notebook({}, iter(["run 1"]), tmp_path) is None


def test_a_notebook_that_was_renamed_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "exercise-1.ipynb"))
    assert found(tmp_path) == Notebook("exercise-1.ipynb")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"cells": 3}', b"3"])
def test_a_file_that_is_half_written_has_no_cells(
    file: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file.write_bytes(content)
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    assert found(file.parent).cells is None
    assert found(file.parent).file == file
