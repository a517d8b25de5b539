"""The part of a module that one of its names needs."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.course.sources import parsed

_IMPORT = ast.Import | ast.ImportFrom
_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class _Part:
    """A statement at the top level: the names that it makes, changes and uses, and its lines."""

    made: frozenset[str]
    changed: frozenset[str]  # the objects that it may change
    used: frozenset[str]
    first: int
    last: int


def excerpt(source: str, name: str, without: Collection[str] = ()) -> str:
    r"""Return the statements that define a name, what they use, and what is done to it later.

    Definitions of the names in `without` stay out: they answer other questions.

    >>> print(excerpt("import a, b\n\ndef g(): ...\n\n# f\ndef f():\n    return a, g()", "f", ["g"]))
    import a, b
    <BLANKLINE>
    # f
    def f():
        return a, g()
    """
    lines = source.splitlines()
    statements = parsed(source).body
    imported = {name for one in statements if isinstance(one, _IMPORT) for name in _imported(one)}
    parts = [_part(one, lines, imported) for one in statements]
    own = [part for part in parts if not (part.made | part.changed) & {*without}]
    return "\n".join(_with_gaps(sorted(_rows(own, name)), lines))


def _rows(parts: Sequence[_Part], name: str) -> set[int]:
    """Return the lines of the statements that a name needs."""
    names, rows, size = {name}, set[int](), -1
    while size < len(names):
        size = len(names)
        for part in parts:
            if (part.made | part.changed) & names:
                names |= part.used
                rows.update(range(part.first, part.last + 1))
    return rows


def _part(statement: ast.stmt, lines: Sequence[str], imported: Collection[str]) -> _Part:
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    used, made, changed = frozenset(name.id for name in names), frozenset[str](), frozenset[str]()
    if isinstance(statement, _IMPORT):
        made = frozenset(_imported(statement))
    elif isinstance(statement, _DEFINITION):
        made = frozenset({statement.name})
    else:
        made = frozenset(name.id for name in names if isinstance(name.ctx, ast.Store))
        is_plain = isinstance(statement, ast.Assign | ast.AnnAssign) and made
        changed = frozenset() if is_plain else frozenset(_changed(statement)).difference(imported)
    return _Part(made, changed, used, _first_line(statement, lines), statement.end_lineno or 0)


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    yield from ((one.asname or one.name).partition(".")[0] for one in statement.names)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that have a `.` or `[` after them, and those that are passed to a function."""
    for node in ast.walk(statement):
        inside = node.args if isinstance(node, ast.Call) else [getattr(node, "value", None)]
        if isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            yield from (one.id for one in inside if isinstance(one, ast.Name))


def _first_line(statement: ast.stmt, lines: Sequence[str]) -> int:
    """Return the first line of a statement's decorators and of the comments above it."""
    above: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in above)])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _with_gaps(rows: Sequence[int], lines: Sequence[str]) -> Iterator[str]:
    """Yield lines, and an empty one wherever some are left out."""
    for before, row in zip([0, *rows], rows, strict=False):
        if 0 < before < row - 1:
            yield ""
        yield lines[row - 1]
