"""The author's modules as one variant has them: with the name `params`, if they read it."""

from __future__ import annotations

import symtable
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.course.file_names import MISCONCEPTIONS_FILE, REFERENCE_FILE
from grader.course.sources import read_source

PARAMS = "params"  # also the name of the fixture of checks


@lru_cache  # called for each file of a class
def reads_params(source: str) -> bool:
    """Return whether a module reads the name `params` and leaves it to the grader to give it a value.

    >>> reads_params("f = lambda x: x * params['S']"), reads_params("f = lambda params: params")
    (True, False)
    """
    table = symtable.symtable(source, REFERENCE_FILE, "exec")
    if PARAMS in table.get_identifiers():
        own = table.lookup(PARAMS)
        if own.is_assigned() or own.is_imported():
            return False
        if own.is_referenced():
            return True
    return any(_reads_global(child) for child in table.get_children())


def _reads_global(table: symtable.SymbolTable) -> bool:
    if PARAMS in table.get_identifiers():
        symbol = table.lookup(PARAMS)
        if symbol.is_global() and symbol.is_referenced():
            return True
    return any(_reads_global(child) for child in table.get_children())


def variant_source(file: Path, params: Mapping[str, Any]) -> str:
    """Return the text of a module, below a line that gives `params` its value if the module reads it."""
    source = read_source(file)
    return given_line(source, params) + source


def given_line(source: str, params: Mapping[str, Any]) -> str:
    """Return the line that goes above a module: '' if it does not read `params`."""
    return f"{PARAMS} = {dict(params)!r}\n" if reads_params(source) else ""


def folder_reads_params(folder: Path) -> bool:
    """Return whether the reference or the misconceptions in a folder read `params`."""
    files = (folder / name for name in (REFERENCE_FILE, MISCONCEPTIONS_FILE))
    return any(reads_params(read_source(file)) for file in files if file.is_file())
