"""A notebook that runs in JupyterLab's kernel, cell by cell, by nbclient."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

SECONDS = 300  # for a cell, on a machine with much other work
BEGIN_AGAIN = """
import os, sys
os.environ["JPY_SESSION_NAME"] = {file!r}
shell = get_ipython()
notes = shell.events.callbacks["pre_run_cell"]
notes[:] = [one for one in notes if not one.__module__.startswith("grader.")]
sys.modules.pop("grader.notebook.asking", None)
shell.reset(new_session=True)
"""


class Lab:
    """A client that tells the kernel the id of each cell, as JupyterLab does."""

    def __init__(self, client: Any, *, has_ids: bool) -> None:
        self._client = client
        self.nb = client.nb
        self._current, self._has_ids = "", has_ids
        self._tell_ids()

    def _tell_ids(self) -> None:
        """Send the id of the cell with each request, if it is to be told."""
        kernel = self._client.kc

        def execute(code: str, **options: Any) -> str:
            content = {"code": code, "silent": False, "user_expressions": {}, "allow_stdin": False, **options}
            told = {"cellId": self._current} if self._has_ids else {}
            message = kernel.session.msg("execute_request", content, metadata=told)
            kernel.shell_channel.send(message)
            return str(message["header"]["msg_id"])

        kernel.execute = execute

    def reopen(self, file: Path, *, has_ids: bool) -> None:
        """Read the notebook again, for the same kernel."""
        self._client.nb = self.nb = nbformat.read(file, 4)  # type: ignore[no-untyped-call]
        self._has_ids = has_ids

    def begin_again(self, file: Path, *, has_ids: bool = True) -> None:
        """Open a notebook as in a new kernel: without names, history, and what `check` knows of another session.

        What was imported stays, above all torch, and so does the process that grades in this folder.
        """
        program = cell(BEGIN_AGAIN.format(file=str(file)), "begin-again")
        self._client.execute_cell(program, 0, store_history=False)
        self.reopen(file, has_ids=has_ids)

    def run(self, cell: Any) -> str:
        """Run a cell, and return what it shows as text."""
        self._current = cell.id
        self._client.execute_cell(cell, 0, store_history=True)
        return "\n".join(map(_text, cell.outputs))


def _text(output: Any) -> str:
    return str(output.get("text") or output["data"]["text/plain"])


@contextmanager
def opened(file: Path, *, has_ids: bool = True) -> Iterator[Lab]:
    """Yield a notebook with its kernel. `JPY_SESSION_NAME` names it, as Jupyter's server does."""
    notebook = nbformat.read(file, 4)  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(file.parent)}}
    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where)
    with client.setup_kernel():
        yield Lab(client, has_ids=has_ids)


def cell(source: str, id_: str) -> Any:
    """Return a cell of code."""
    return nbformat.v4.new_code_cell(source, id=id_)  # type: ignore[no-untyped-call]


def save(file: Path, notebook: Any) -> None:
    """Save a notebook, with its outputs."""
    file.write_text(json.dumps(notebook), encoding="utf-8")
