"""Find the statements at the top level of a file that contribute to the value of a name."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterable, Sequence
from types import CodeType

from grader.worker.statements import root_name

Statement = tuple[ast.stmt | None, CodeType | None]


class Descent:
    """What each statement of a file binds and reads: found once, because each requested name asks."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        imported = {name for statement, _ in statements for name in _imported(statement)}
        self._bound = [_bound(statement, code) - imported for statement, code in statements]
        self._codes = [code for _, code in statements]
        self._reads: dict[int, set[str]] = {}  # by number

    def of(self, name: str) -> frozenset[int]:
        """Return the numbers of the statements that define a name, or what they read, and so on."""
        found: set[int] = set()
        wanted, seen = {name}, set[str]()
        while wanted - seen:
            seen |= wanted
            found |= {number for number, names in enumerate(self._bound) if names & wanted}
            wanted = {read for number in found for read in self._read(number)}
        return frozenset(found)

    def _read(self, number: int) -> set[str]:
        """Return the names at the top level that a statement reads."""
        if number not in self._reads:
            self._reads[number] = _read(self._codes[number])
        return self._reads[number]


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
