"""Misconceptions of code questions, written as a student's file. Nothing is run here."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.course.file_names import MISCONCEPTIONS_FILE, REFERENCE_FILE
from grader.course.sources import read_source
from grader.course.variant_source import variant_source
from grader.questions.definitions import defined_names, function_of

_MODULES = """
import types
reference = types.ModuleType("reference")
reference.params = {params!r}
exec(compile({reference!r}, "reference.py", "exec"), vars(reference))
misconceptions = types.ModuleType("misconceptions")
misconceptions.reference = reference
misconceptions.params = {params!r}
exec(compile({misconceptions!r}, "misconceptions.py", "exec"), vars(misconceptions))
"""


def wrong_solutions(folder: Path, params: Mapping[str, Any]) -> str:
    """Write a student's file with the reference and, in a module of their own, all misconceptions of code.

    Misconceptions can import `reference`. It is a separate module, so their definitions do not change it.
    """
    top = variant_source(folder / REFERENCE_FILE, params).rstrip()
    if not (folder / MISCONCEPTIONS_FILE).is_file():
        return top
    reference = read_source(folder / REFERENCE_FILE).rstrip()
    misconceptions = _without_imports((folder / MISCONCEPTIONS_FILE).read_bytes())
    modules = _MODULES.format(reference=reference, misconceptions=misconceptions, params=dict(params))
    return f"{top}\n\n{modules}"


@lru_cache  # called for each wrong solution of a class
def _without_imports(source: bytes) -> str:
    return ast.unparse(_References().visit(ast.parse(source)))


class _References(ast.NodeTransformer):
    """A transformer that reads names from the variable `reference`, as there is no file to import."""

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        others = [alias for alias in node.names if alias.name != "reference"]
        aliases = [alias.asname for alias in node.names if alias.name == "reference" and alias.asname]
        kept: list[ast.stmt] = [ast.Import(others)] if others else []
        return _together([*kept, *(_assigned(name, "reference") for name in aliases)])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.module == "__future__":
            return ast.Pass()
        if node.module != "reference" or node.level:
            return node
        return _together([_assigned(one.asname or one.name, f"reference.{one.name}") for one in node.names])


def _assigned(name: str, value: str) -> ast.stmt:
    return ast.parse(f"{name} = {value}").body[0]


def _together(statements: Sequence[ast.stmt]) -> ast.stmt:
    """Combine several statements into one."""
    return ast.If(ast.Constant(True), list(statements), []) if statements else ast.Pass()


def names_of_wrong_solutions(folder: Path) -> frozenset[str]:
    """Return the names that misconceptions.py defines; none if there is no such file."""
    file = folder / MISCONCEPTIONS_FILE
    return _names_in(file.read_bytes()) if file.is_file() else frozenset()


@lru_cache  # called for each wrong solution of a class
def _names_in(source: bytes) -> frozenset[str]:
    return frozenset(defined_names(ast.parse(source)))


def mistaken(question: str, misconception: str) -> str:
    """Write the statement that makes a misconception, defined above it, the answer to its question."""
    return f"{question} = misconceptions.{function_of(question, misconception)}"
