"""The notebook that a kernel works for: its file, or what the program that shows it tells about it."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MAX_BYTES = 64 << 20  # of a notebook, with its outputs
COLAB_SECONDS = 10  # that Colab may take to send the notebook
_SUFFIX = ".ipynb"
_VS_CODE_MARK = re.compile(r"-jvsc-[0-9a-f-]+")  # that VS Code puts into the name of a session
_DRIVE_PATH = re.compile(r"^/(?=[A-Za-z]:)")


@dataclass(frozen=True)
class FileCell:
    """A cell of a notebook; `id` is "" if it has none, and `number` is shown beside it once it has run."""

    cell_type: str  # code, markdown or raw
    source: str
    id: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Notebook:
    """A notebook: its name, its file if any, when it was saved, and its cells if they can be read."""

    name: str
    file: Path | None = None
    saved: float = float("inf")  # for a notebook that was just sent
    cells: tuple[FileCell, ...] | None = None


def is_colab() -> bool:
    """Return whether this kernel is Colab's, where the notebook is not a file of this machine."""
    return "google.colab" in sys.modules


def find_notebook(names: Mapping[str, Any], keys: Iterator[str], here: Path) -> Notebook | None:
    """Return the notebook of this kernel, or None if nothing says which one it is.

    `names` are the names of the session, `keys` the ids of its cells, the last one first, and `here` the
    folder where it began.
    """
    if is_colab():
        return _of_colab()
    told = list(_told(names, keys))
    for path in told:
        for file in _places(path, here):
            if file.suffix == _SUFFIX and file.is_file():
                return _read(file)
    return next((Notebook(_name(path)) for path in told if path), None)


def _told(names: Mapping[str, Any], keys: Iterator[str]) -> Iterator[str]:
    """Yield the paths that the program around the kernel has told, the best one first."""
    own = names.get("__vsc_ipynb_file__")
    if isinstance(own, str):
        yield own
    uri = next((key for key in keys if key.startswith("vscode-notebook-cell:")), "")
    if uri:
        yield _DRIVE_PATH.sub("", unquote(urlsplit(uri).path))
    for session in (os.environ.get("JPY_SESSION_NAME"), names.get("__session__")):
        if isinstance(session, str) and session:
            yield session


def _places(path: str, here: Path) -> Iterator[Path]:
    """Yield where a file can be that was told as an absolute path, a relative one, or one in a drive."""
    plain = _VS_CODE_MARK.sub("", path)
    for one in dict.fromkeys((path, plain, plain.partition(":")[2] or plain)):
        yield here / one
        yield here / Path(one).name


def _name(path: str) -> str:
    return Path(_VS_CODE_MARK.sub("", path).replace("\\", "/")).name


def _read(file: Path) -> Notebook:
    """Return the notebook in a file, without cells if they cannot be read: it may be half written."""
    try:
        with file.open("rb") as stream:
            saved = os.fstat(stream.fileno()).st_mtime
            content = stream.read(MAX_BYTES + 1)
        cells = None if len(content) > MAX_BYTES else cells_of(json.loads(content.decode("utf-8-sig")))
    except (OSError, ValueError, RecursionError):
        return Notebook(file.name, file)
    return Notebook(file.name, file.resolve(), saved, cells)


def _of_colab() -> Notebook | None:
    """Ask Colab for the notebook as the browser shows it."""
    try:
        message = importlib.import_module("google.colab._message")
        document = message.blocking_request("get_ipynb", request="", timeout_sec=COLAB_SECONDS)["ipynb"]
        name = document.get("metadata", {}).get("colab", {}).get("name")
    except Exception:  # what it raises is not documented
        return None
    return Notebook(str(name or ""), cells=cells_of(document))


def cells_of(document: Any) -> tuple[FileCell, ...] | None:
    """Return the cells of a notebook of format 3 or 4, or None if this is not a notebook."""
    try:
        sheets = [document] if "cells" in document else document["worksheets"]
        return tuple(_cell(cell) for sheet in sheets for cell in sheet["cells"])
    except (TypeError, LookupError, AttributeError):
        return None


def _cell(cell: Any) -> FileCell:
    source = cell.get("source", cell.get("input", ""))
    id_ = cell.get("id") or cell.get("metadata", {}).get("id") or ""  # Colab writes it into the metadata
    number = cell.get("execution_count", cell.get("prompt_number"))
    text = source if isinstance(source, str) else "".join(source)
    return FileCell(str(cell["cell_type"]), text, str(id_), number if type(number) is int else None)
