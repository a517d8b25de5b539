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


class Lab(NotebookClient):
    """nbclient, which tells the kernel the id of each cell as JupyterLab does."""

    current = ""

    def told(self) -> None:
        """Send the id with each request from now on."""
        client: Any = self.kc

        def execute(code: str, **options: Any) -> str:
            content = {"code": code, "silent": False, "user_expressions": {}, "allow_stdin": False, **options}
            message = client.session.msg("execute_request", content, metadata={"cellId": self.current})
            client.shell_channel.send(message)
            return str(message["header"]["msg_id"])

        client.execute = execute

    def run(self, cell: Any) -> str:
        """Run a cell, and return what it shows as text."""
        self.current = cell.id
        self.execute_cell(cell, 0, store_history=True)
        return "\n".join(map(_text, cell.outputs))


def _text(output: Any) -> str:
    return str(output.get("text") or output["data"]["text/plain"])


@contextmanager
def opened(file: Path, *, has_ids: bool = True) -> Iterator[Lab]:
    """A notebook with its kernel. `JPY_SESSION_NAME` names it, as Jupyter's server does."""
    notebook = nbformat.read(file, 4)  # type: ignore[no-untyped-call]
    lab = Lab(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(file.parent)}}
    )
    with lab.setup_kernel():
        if has_ids:
            lab.told()
        yield lab


def cell(source: str, id_: str) -> Any:
    """A cell of code."""
    return nbformat.v4.new_code_cell(source, id=id_)  # type: ignore[no-untyped-call]


def save(file: Path, notebook: Any) -> None:
    """Save a notebook, with its outputs."""
    file.write_text(json.dumps(notebook), encoding="utf-8")
