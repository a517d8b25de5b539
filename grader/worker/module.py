"""The module that a student's file becomes: its statements, the names they define, and what it can import."""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
import re
import sys
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from grader.worker.check_call import CHECKER, IDLE, check, checker
from grader.worker.descent import Descent
from grader.worker.failures import MAX_TEXT
from grader.worker.reading import Cell
from grader.worker.refusals import uncompiled
from grader.worker.sections import Section, Sections
from grader.worker.slips import Placed, Sign, Slips
from grader.worker.statements import (
    MAX_ANSWER,
    defined_names,
    deleted_names,
    gives_values,
    is_untouched,
    touched_names,
    written,
)
from grader.worker.syntax_words import explained
from grader.worker.unread import Part, unread_answers
from grader.worker.watch import Spot

MODULE = "__main__"  # as in a notebook, and when the file is run
_BINDING = re.compile(r"^(?:(?:def|class)[ \t]+)?(\w+)[ \t]*(?:=(?!=)|\()", re.MULTILINE)
HELPERS = "helpers"  # the module of a course's own functions
UNCOMPILED = "torch.compile does nothing here; the values are the same without it"


def _made(source: bytes) -> types.ModuleType:
    """Make the module of the course's helpers, for the first import."""
    module = sys.modules[HELPERS] = types.ModuleType(HELPERS)
    try:
        exec(compile(source, f"{HELPERS}.py", "exec", dont_inherit=True), vars(module))  # noqa: S102 it is the course's
    except BaseException:
        del sys.modules[HELPERS]
        raise
    return module


@dataclass(frozen=True)
class Unit:
    """One statement at the top level of a submission, or a section that does not parse."""

    cell: str
    line: int
    names: frozenset[str]  # the requested names that it would define
    code: types.CodeType | None
    statement: ast.stmt | None = None
    error: SyntaxError | None = None
    lost: frozenset[str] = frozenset()  # the other names that a section that does not parse seems to define
    bound: frozenset[str] = frozenset()  # all names that the statement would define


class StudentModule:
    """The module that a student's file becomes, run statement by statement."""

    def __init__(self, request: dict[str, Any], cells: Sequence[Cell], texts: Sequence[Cell] = ()) -> None:
        self.asked: list[str] = request["names"]
        self.starters: dict[str, str] = request["starters"]
        self.packages: list[str] = request["packages"]
        self._helpers: bytes | None = request.get("helpers")
        self.module = types.ModuleType(MODULE)
        self.module.__dict__["__builtins__"] = self._builtins()
        sys.modules[MODULE] = self.module
        self.cells: dict[str, str] = {cell.label: cell.source for cell in cells}
        self._questions = {cell.label: cell.question for cell in cells}
        self._texts = texts
        self._sections: dict[str, Sections] = {}
        self._untouched: dict[tuple[int, str], bool] = {}  # by statement and name
        self._failed: dict[str, Unit] = {}  # by the names that they would have defined
        self.trees: list[tuple[str, ast.Module]] = []
        self.notices: list[dict[str, Any]] = []  # packages' warnings about imports that will be removed
        units = [unit for label, source in self.cells.items() for unit in self._units(label, source)]
        self.units = list(self._without_placeholders(units))
        for label, line in uncompiled(self.trees):
            self.notices.append({"kind": "notice", "cell": label, "line": line, "message": UNCOMPILED})

    def _units(self, label: str, source: str) -> Iterator[Unit]:
        """Yield the statements of a cell; if it does not parse as a whole, section by section."""
        linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
        whole = Section(source, 0, self._questions[label])
        parts = [(whole, _parsed(whole, label))]
        if isinstance(parts[0][1], SyntaxError):
            parts = [(part, _parsed(part, label)) for part in self.sections(label)]
        flags = 0
        for part, tree in parts:
            if isinstance(tree, SyntaxError):
                yield from self._broken(label, part, tree)
                continue
            self.trees.append((label, tree))
            flags |= _future_flags(tree)
            yield from (self._unit(label, statement, flags) for statement in tree.body)

    def _unit(self, label: str, statement: ast.stmt, flags: int = 0) -> Unit:
        bound = frozenset(defined_names([statement]))
        names = bound.intersection(self.asked)
        try:
            module = ast.Module([statement], [])
            code = compile(module, label, "exec", flags=flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError) as error:
            fault = _as_syntax(error, label, statement.lineno)
            return Unit(label, statement.lineno, names, None, statement, fault, bound=bound)
        return Unit(label, statement.lineno, names, code, statement, bound=bound)

    def _without_placeholders(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """Yield the statements, but let no `...` replace an answer that an earlier one gives."""
        before: dict[str, list[Unit]] = {}
        for unit in units:
            for name in deleted_names(unit.statement):
                before.pop(name, None)
            earlier = [before.setdefault(name, []) for name in sorted(unit.names)]
            is_idle = unit.names and all(earlier) and all(self._is_untouched(unit, one) for one in unit.names)
            if is_idle and all(self._is_given(name, before[name]) for name in unit.names):
                yield replace(unit, code=None, error=None)
                continue
            for some in earlier:
                some.append(unit)
            yield unit

    def _is_given(self, name: str, units: Iterable[Unit]) -> bool:
        return any(not self._is_untouched(unit, name) for unit in units)

    def _is_untouched(self, unit: Unit, name: str) -> bool:
        """Return whether a statement gives a name no more than its starter does; remember it."""
        known, key = self._untouched, (id(unit.statement), name)
        if key not in known:
            known[key] = is_untouched(unit.statement, self.starters[name], name)
        return known[key]

    def _broken(self, label: str, part: Section, error: SyntaxError) -> Iterator[Unit]:
        """Yield the imports of a section that does not parse, which others may need, and the error."""
        for number, line in enumerate(part.text.split("\n"), part.before):
            if line.startswith(("import ", "from ")):
                tree = _parsed(Section(line, number, ""), label)
                yield from (self._unit(label, one) for one in getattr(tree, "body", ()))
        names = {name for name in self.asked if _seems_to_define(part.text, name)}
        names |= {part.question} & set(self.asked)
        error.lineno, error.msg = explained(error, part.text, part.before)
        lost = frozenset(_BINDING.findall(part.text))
        yield Unit(label, error.lineno or 1, frozenset(names), None, error=error, lost=lost)

    def sections(self, label: str) -> Sections:
        """Return the sections of a cell."""
        if label not in self._sections:
            self._sections[label] = Sections(self.cells[label], self._questions[label])
        return self._sections[label]

    def run(self, unit: Unit) -> None:
        """Run one statement; let its exception through."""
        if unit.error is not None:
            raise unit.error
        if unit.code is not None:
            exec(unit.code, self.module.__dict__)  # noqa: S102 running student code is what a worker is for

    def follow_up(self, unit: Unit, error: BaseException) -> dict[str, Any]:
        """Add to the report of a NameError which line should define the name.

        A failure caused by an earlier one is marked, because it is reported with that one.
        """
        names = unit.bound if unit.statement else unit.names
        missing = error.name if type(error) is NameError else None
        for name in names | unit.lost:
            self._failed.setdefault(name, unit)
        if type(missing) is not str or missing in names:
            return {}
        message = f"name {missing!r} is not defined"
        if missing in self.asked and missing not in self._answered:
            return {"follows": True}  # it is not answered, and is reported as such
        if missing in self._failed:
            return {"message": f"{message}, because of {_where(self._failed[missing])}", "follows": True}
        later = self._defining.get(missing)
        return {"message": f"{message} yet; {_where(later)} defines it"} if later else {}

    @cached_property
    def _answered(self) -> frozenset[str]:
        """The requested names that some statement would define."""
        return frozenset(name for unit in self.units for name in unit.names)

    @cached_property
    def _defining(self) -> dict[str, Unit]:
        """The first statement that defines each name: found once, because many statements can fail."""
        defining: dict[str, Unit] = {}
        for unit in self.units:
            for name in unit.bound:
                defining.setdefault(name, unit)
        return defining

    def used_by(self, used: Mapping[int, Mapping[str, Spot | None]]) -> list[list[Any]]:
        """Return, by statement, the requested names that owe a value to families used while statements ran.

        A check beside an answer does not count; a table that the answer reads does.
        """
        if not used:
            return []
        found = []
        descent = Descent([(unit.statement, unit.code) for unit in self.units])
        for name in self.asked:
            own = descent.of(name)
            for number, families in used.items():
                for family, place in families.items():
                    if number in own or (place and self._unit_at(*place) in own):
                        found.append([name, family, *(place or (None, None))])
        return found

    def _unit_at(self, cell: str, line: int) -> int:
        """Return the number of the statement that contains a line."""
        lines = [unit.line if unit.cell == cell else line + 1 for unit in self.units]
        return max((number for number, first in enumerate(lines) if first <= line), default=-1)

    def blank(self) -> list[str]:
        """Return the names whose every definition is still the starter's, or a body of nothing but `...`.

        A value that is still `...` needs no entry here.
        """
        units: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in unit.names if unit.statement is not None else ():
                units.setdefault(name, []).append(unit)
        return [name for name, own in units.items() if all(self._is_blank(unit, name) for unit in own)]

    def _is_blank(self, unit: Unit, name: str) -> bool:
        return not isinstance(unit.statement, ast.Assign | ast.AnnAssign) and self._is_untouched(unit, name)

    def answers(self) -> dict[str, str]:
        """Return the statements that define each requested name, as they are written; long ones are cut."""
        lines = {label: source.split("\n") for label, source in self.cells.items()}
        parts: dict[str, list[str]] = {}
        for unit in self.units:
            if unit.statement is None or unit.code is None:
                continue
            text = written(unit.statement, lines[unit.cell])
            for name in unit.names:
                parts.setdefault(name, []).append(text)
        return {name: "\n".join(own)[:MAX_ANSWER] for name, own in parts.items()}

    def slips(self) -> list[Sign]:
        """Return what can be seen in the statements without running them."""
        statements: list[Placed] = []
        given: dict[str, list[Placed]] = {}
        others: list[tuple[str, Placed]] = []
        for unit in self.units:
            if unit.statement is None or unit.code is None:
                continue
            one = unit.cell, unit.statement
            statements.append(one)
            for name in deleted_names(unit.statement):
                given.pop(name, None)
            for name in sorted(unit.bound) if gives_values(unit.statement) else ():
                if name not in self.starters:
                    others.append((name, one))
                elif not self._is_untouched(unit, name):
                    given.setdefault(name, []).append(one)
        broken = {name for unit in self.units if unit.statement is None for name in unit.names}
        asked = [name for name in self.asked if name in given or name not in broken]
        slips = Slips(given, statements, others, self._question_at)
        has_powers = any("^" in source for source in self.cells.values())
        found = slips.found(asked, has_powers=has_powers)
        told = {name for name, *_ in found}
        return [*found, *self._unread([name for name in asked if name not in told and name not in given])]

    def _unread(self, names: Sequence[str]) -> Iterator[Sign]:
        """Yield, for each name, the first line of a comment or text cell that seems to answer it."""
        own = [(cell, section) for cell in self.cells for section in self.sections(cell)]
        parts = [
            Part(label, one.text, one.before, one.question, is_stub=not _is_cell(label)) for label, one in own
        ]
        parts += [
            Part(cell.label, cell.source, 0, cell.question, is_stub=cell.is_asked, is_text=True)
            for cell in self._texts
        ]
        for name in names:
            yield from islice(unread_answers(parts, name, self.starters[name]), 1)

    def _question_at(self, label: str, line: int) -> str:
        return self.sections(label).question_at(line)

    def belongs_to(self, unit: Unit) -> str:
        """Return the question of a statement: by what it defines, changes or reads, or by its place."""
        section = self._question_at(unit.cell, unit.line)
        if unit.names and section not in unit.names:
            return next(name for name in self.asked if name in unit.names)
        touched = touched_names(unit.statement) if unit.statement is not None and not unit.names else ()
        return next((name for name in (*touched, section) if name in self.asked), "")

    def _builtins(self) -> dict[str, Any]:
        def no_input(_prompt: object = "") -> str:
            raise EOFError("input() cannot be answered while a file is graded")

        def display(*values: object, **_options: object) -> None:
            print(*values)  # noqa: T201 what display does outside a notebook

        own = dict(vars(builtins))
        own.update({"__import__": self._import, "input": no_input})
        own.setdefault("display", display)
        own.setdefault("check", check)  # for a cell that asks, without the cell that imports it
        return own

    def _import(
        self,
        name: str,
        globals: Any = None,  # noqa: A002 Python's own names for these
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Import like Python, but only what the course lists.

        This only gives a helpful message: the protection is the confinement.
        """
        if level == 0 and name == CHECKER:
            return self._checker(sys._getframe(1))  # noqa: SLF001 the line of the import
        root = name.partition(".")[0]
        if level == 0 and name == HELPERS and self._helpers is not None:
            return sys.modules.get(HELPERS) or _made(self._helpers)
        if level == 0 and root not in sys.stdlib_module_names and root not in self.packages:
            allowed = ", ".join([*self.packages, *([HELPERS] if self._helpers is not None else [])])
            raise ImportError(
                f"files of this course may import {allowed} and Python's own modules, not {root}"
            )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DeprecationWarning)
            module = builtins.__import__(name, globals, locals, fromlist, level)
        frame = sys._getframe(1)  # noqa: SLF001 the line of the import, where `warnings` finds it as well
        label = frame.f_code.co_filename
        if label in self.cells and root in self.packages:
            for warning in caught:
                if warning.filename not in {label, __file__}:
                    continue  # from inside a library
                message = str(warning.message).partition("\n")[0][:MAX_TEXT]
                self.notices.append(
                    {"kind": "notice", "cell": label, "line": frame.f_lineno, "message": message}
                )
        return module

    def _checker(self, frame: types.FrameType) -> types.ModuleType:
        """Return the stand-in for the grader; in a Python file, say so once."""
        label = frame.f_code.co_filename
        is_told = any(notice["message"] == IDLE for notice in self.notices)
        if label in self.cells and not _is_cell(label) and not is_told:
            self.notices.append({"kind": "notice", "cell": label, "line": frame.f_lineno, "message": IDLE})
        return checker()


def _is_cell(label: str) -> bool:
    return label.startswith("cell ")


def _where(unit: Unit) -> str:
    return f"line {unit.line} of {unit.cell}" if _is_cell(unit.cell) else f"line {unit.line}"


def _parsed(part: Section, label: str) -> ast.Module | SyntaxError:
    """Parse a section, whose lines keep their numbers."""
    try:
        return ast.parse("\n" * part.before + part.text, label)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _as_syntax(error, label, part.before + 1)


def _as_syntax(error: BaseException, label: str, line: int) -> SyntaxError:
    if isinstance(error, SyntaxError):
        return error
    return SyntaxError(str(error) or "the code is nested too deeply", (label, line, 1, ""))


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags


def _seems_to_define(source: str, name: str) -> bool:
    """Return whether text that does not parse looks as if it gave this name a value other than `...`."""
    pattern = rf"^\s*(?:(?:def|class)\s+{name}\b|{name}\s*(?::[^=\n]+)?=(?!=)(?!\s*\.\.\.\s*(?:#.*)?$))"
    return re.search(pattern, source, re.MULTILINE) is not None
