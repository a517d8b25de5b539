"""The module that a student's file becomes: its statements, the names they define, and what it may import."""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import linecache
import re
import sys
import types
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.worker.descent import descent
from grader.worker.failures import MAX_TEXT
from grader.worker.reading import Cell
from grader.worker.refusals import uncompiled
from grader.worker.watch import Spot

MODULE = "__main__"  # as in a notebook, and when the file is run
UNCOMPILED = "torch.compile does nothing here; the values are the same without it"


@dataclass(frozen=True)
class Unit:
    """One statement at the top level of a submission, or a cell that does not parse."""

    cell: str
    line: int
    names: frozenset[str]  # what it would define, of the names that are asked for
    code: types.CodeType | None
    statement: ast.stmt | None = None
    error: SyntaxError | None = None


class StudentModule:
    """The module that a student's file becomes, run statement by statement."""

    def __init__(self, request: dict[str, Any], cells: Sequence[Cell]) -> None:
        self.asked: list[str] = request["names"]
        self.packages: list[str] = request["packages"]
        self.module = types.ModuleType(MODULE)
        self.module.__dict__["__builtins__"] = self._builtins()
        sys.modules[MODULE] = self.module
        self.cells: dict[str, str] = {cell.label: cell.source for cell in cells}
        self.trees: list[tuple[str, ast.Module]] = []
        self.notices: list[dict[str, Any]] = []  # what packages say about imports that will go
        self.units = [unit for label, source in self.cells.items() for unit in self._units(label, source)]
        for label, line in uncompiled(self.trees):
            self.notices.append({"kind": "notice", "cell": label, "line": line, "message": UNCOMPILED})

    def _units(self, label: str, source: str) -> Iterable[Unit]:
        linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
        try:
            tree = ast.parse(source, label)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if not isinstance(error, SyntaxError):
                error = SyntaxError(str(error) or "the code is nested too deeply", (label, 1, 1, ""))
            names = frozenset(name for name in self.asked if _seems_to_define(source, name))
            yield Unit(label, error.lineno or 1, names, None, error=error)
            return
        self.trees.append((label, tree))
        flags = _future_flags(tree)
        for statement in tree.body:
            names = frozenset(defined_names([statement])) & set(self.asked)
            try:
                module = ast.Module([statement], [])
                code = compile(module, label, "exec", flags=flags, dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError) as error:
                if not isinstance(error, SyntaxError):
                    error = SyntaxError(str(error), (label, statement.lineno, 1, ""))
                yield Unit(label, statement.lineno, names, None, error=error)
            else:
                yield Unit(label, statement.lineno, names, code, statement)

    def run(self, unit: Unit) -> None:
        """Run one statement; whatever it raises comes out."""
        if unit.error is not None:
            raise unit.error
        if unit.code is not None:
            exec(unit.code, self.module.__dict__)  # noqa: S102 running student code is what a worker is for

    def used_by(self, used: Mapping[int, Mapping[str, Spot | None]]) -> list[list[Any]]:
        """What names that are asked for owe to families which statements used while they ran, by statement.

        A check that stands beside an answer is none of its business; a table that the answer reads is.
        """
        if not used:
            return []
        found = []
        for name in self.asked:
            own = descent(name, [(unit.statement, unit.code) for unit in self.units])
            for number, families in used.items():
                for family, place in families.items():
                    if number in own or (place and self._unit_at(*place) in own):
                        found.append([name, family, *(place or (None, None))])
        return found

    def _unit_at(self, cell: str, line: int) -> int:
        """The statement in which a line is."""
        lines = [unit.line if unit.cell == cell else line + 1 for unit in self.units]
        return max((number for number, first in enumerate(lines) if first <= line), default=-1)

    def blank(self, starters: dict[str, str]) -> list[str]:
        """The names whose definition is still the starter's, or a body of nothing but `...`."""
        last: dict[str, ast.stmt] = {}
        for _, tree in self.trees:
            for statement in tree.body:
                last.update(dict.fromkeys(defined_names([statement]), statement))
        return [name for name in starters if name in last and is_blank(last[name], starters[name], name)]

    def _builtins(self) -> dict[str, Any]:
        def no_input(_prompt: object = "") -> str:
            raise EOFError("input() has nobody to answer it while a file is graded")

        def display(*values: object, **_options: object) -> None:
            print(*values)  # noqa: T201 what display does outside a notebook

        own = dict(vars(builtins))
        own.update({"__import__": self._import, "input": no_input})
        own.setdefault("display", display)
        return own

    def _import(
        self,
        name: str,
        globals: Any = None,  # noqa: A002 Python's own names for these
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Python's import, for what the course lists. A courtesy, not a wall: the wall is the confinement."""
        root = name.partition(".")[0]
        if level == 0 and root not in sys.stdlib_module_names and root not in self.packages:
            allowed = ", ".join(self.packages)
            raise ImportError(
                f"files of this course may import {allowed} and Python's own modules, not {root}"
            )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DeprecationWarning)
            module = builtins.__import__(name, globals, locals, fromlist, level)
        frame = sys._getframe(1)  # noqa: SLF001 the line of the import, as warnings find it, too
        label = frame.f_code.co_filename
        if label in self.cells and root in self.packages:
            for warning in caught:
                message = str(warning.message).partition("\n")[0][:MAX_TEXT]
                self.notices.append(
                    {"kind": "notice", "cell": label, "line": frame.f_lineno, "message": message}
                )
        return module


def defined_names(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that statements bind, those inside if, for, with and try included."""
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


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags


def _seems_to_define(source: str, name: str) -> bool:
    """Whether text that does not parse looks as if it gave this name a value other than `...`."""
    pattern = rf"^\s*(?:(?:def|class)\s+{name}\b|{name}\s*(?::[^=\n]+)?=(?!=)(?!\s*\.\.\.\s*(?:#.*)?$))"
    return re.search(pattern, source, re.MULTILINE) is not None


def is_blank(statement: ast.stmt, starter: str, name: str) -> bool:
    """Say whether a definition is still the starter's, or has a body of nothing but `...`."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False  # a value that is still `...` speaks for itself
    if not isinstance(statement, ast.ClassDef) and _is_empty(statement.body):
        return True
    with contextlib.suppress(SyntaxError):
        for given in ast.parse(starter).body:
            if name in defined_names([given]) and ast.dump(given) == ast.dump(statement):
                return True
    return False


def _is_empty(body: list[ast.stmt]) -> bool:
    """Whether a body is a docstring, `...`, `pass` or `raise NotImplementedError`, and nothing else."""
    for statement in body:
        if isinstance(statement, ast.Raise):
            if "NotImplementedError" not in ast.unparse(statement):
                return False
        elif not isinstance(statement, ast.Pass) and not (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            return False
    return True
