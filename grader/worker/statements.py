"""What single statements of a submission define, change, and leave as they were handed out."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Sequence

MAX_ANSWER = 4000  # characters of the statements that answer one question


def defined_names(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that statements bind, including those inside if, for, with and try."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.alias):
                names.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
    return names


def written(statement: ast.stmt, lines: Sequence[str]) -> str:
    """Return the lines of a statement with its decorators."""
    decorators = getattr(statement, "decorator_list", ())
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])[:MAX_ANSWER]


def deleted_names(statement: ast.stmt | None) -> list[str]:
    """Return the names that a `del` at the top level removes."""
    targets = statement.targets if isinstance(statement, ast.Delete) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def gives_values(statement: ast.stmt) -> bool:
    """Return whether the names that a statement binds then have a new value made by this file."""
    is_bare = isinstance(statement, ast.AnnAssign) and statement.value is None
    return not is_bare and not isinstance(statement, ast.AugAssign | ast.Import | ast.ImportFrom)


def touched_names(statement: ast.stmt) -> list[str]:
    """Return the names whose values a statement may change, then all others that it reads."""
    roots, names = [], []
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            roots.append(root_name(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            roots.append(root_name(node.value.func))
        elif isinstance(node, ast.Name):
            names.append(node.id)
    return [*roots, *names]


def root_name(node: ast.expr) -> str:
    """Return the name that an expression begins with: `conv` of `conv.weight.data[0]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_untouched(statement: ast.stmt | None, starter: str, name: str) -> bool:
    """Return whether a statement gives a name no more than the starter does: a value or a body of `...`."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement is not None and is_blank(statement, starter, name)
    if _is_ellipsis(statement.value):
        return True
    return any(map(_is_ellipsis, ast.walk(statement))) and _is_given(statement, starter, name)


def _is_ellipsis(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def is_blank(statement: ast.stmt | None, starter: str, name: str) -> bool:
    """Return whether a definition is still the starter's, or has a body of nothing but `...`."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False  # a value that is still `...` needs no entry
    if not isinstance(statement, ast.ClassDef) and _is_empty(statement.body):
        return True
    return _is_given(statement, starter, name)


def _is_given(statement: ast.stmt, starter: str, name: str) -> bool:
    """Return whether a statement is the starter's own."""
    with contextlib.suppress(SyntaxError):
        for given in ast.parse(starter).body:
            if name in defined_names([given]) and _are_same(given, statement):
                return True
    return False


def _is_empty(body: list[ast.stmt]) -> bool:
    """Return whether a body holds only a docstring, `...`, `pass` or `raise NotImplementedError`."""
    for statement in body:
        if isinstance(statement, ast.Raise):
            if "NotImplementedError" not in ast.unparse(statement):
                return False
        elif not isinstance(statement, ast.Pass) and not (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            return False
    return True


def _are_same(one: ast.stmt, other: ast.stmt) -> bool:
    lengths = {len(getattr(statement, "body", ())) for statement in (one, other)}
    return len(lengths) == 1 and ast.dump(one) == ast.dump(other)
