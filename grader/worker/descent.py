"""Find the statements at the top level of a file that contribute to the value of a name."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterable, Sequence
from types import CodeType

from grader.worker.statements import root_name

Statement = tuple[ast.stmt | None, CodeType | None]


def descent(name: str, statements: Sequence[Statement]) -> frozenset[int]:
    """Return the numbers of the statements that define a name, or what they read, and so on."""
    imported = {name for statement, _ in statements for name in _imported(statement)}
    bound = [_bound(statement, code) - imported for statement, code in statements]
    found: set[int] = set()
    wanted, seen = {name}, set[str]()
    while wanted - seen:
        seen |= wanted
        found |= {number for number, names in enumerate(bound) if names & wanted}
        wanted = {read for number in found for read in _read(statements[number][1])}
    return frozenset(found)


def _imported(statement: ast.stmt | None) -> set[str]:
    aliases = statement.names if isinstance(statement, ast.Import | ast.ImportFrom) else []
    return {(alias.asname or alias.name).partition(".")[0] for alias in aliases}


def _bound(statement: ast.stmt | None, code: CodeType | None) -> set[str]:
    """Return the names that a statement binds, or whose values it changes: `table[0] = 1`."""
    names = set(_names(code, "STORE_NAME", deep=False)) | set(_names(code, "STORE_GLOBAL"))
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            names.add(root_name(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            names.add(root_name(node.value.func) if isinstance(node.value.func, ast.Attribute) else "")
    return names


def _read(code: CodeType | None) -> set[str]:
    """Return the top-level names that code reads, when it runs or later in a function."""
    return set(_names(code, "LOAD_NAME")) | set(_names(code, "LOAD_GLOBAL"))


def _names(code: CodeType | None, operation: str, *, deep: bool = True) -> Iterable[str]:
    if code is None:
        return
    yield from (step.argval for step in dis.get_instructions(code) if step.opname == operation)
    for part in code.co_consts if deep else ():
        if isinstance(part, CodeType):
            yield from _names(part, operation)
