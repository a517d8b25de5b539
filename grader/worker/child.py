"""Inside a worker: runs one submission and answers calls. It judges nothing and knows no answer."""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import errno
import importlib.metadata
import linecache
import os
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import SubmissionFault
from grader.worker.descent import descent
from grader.worker.memory import less_memory
from grader.worker.reading import Cell, Source, read_cells
from grader.worker.refusals import refusal, uncompiled
from grader.worker.watch import Place, Watch, names_used
from grader.worker.wire import (
    PREFIX,
    Decoder,
    Encoder,
    Frame,
    TooLargeError,
    WireError,
    frame_length,
    pack,
    unpack,
)

MODULE = "__main__"  # as in a notebook, and when the file is run
LINE = 3  # the descriptor of the line to the examiner
READY = b"\x06"  # the first byte on the line: the worker is confined, and student code may come (ASCII: ACK)
NO_MEMORY = 71  # the exit code if not even an error can be told (EX_OSERR of sysexits.h)
MAX_TEXT = 2000  # characters of an exception's message
MAX_NOTES = 100  # about how a file was read
READ_MEMORY = 128 << 20  # bytes for reading a file, besides six times its size: letters can take four each
UNCOMPILED = "torch.compile does nothing here; the values are the same without it"


class MissingError(Exception):
    """A name that the submission does not define."""


@dataclass(frozen=True)
class Unit:
    """One statement at the top level of a submission, or a cell that does not parse."""

    cell: str
    line: int
    names: frozenset[str]  # what it would define, of the names that are asked for
    code: types.CodeType | None
    statement: ast.stmt | None = None
    error: SyntaxError | None = None


class Submission:
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

    def used_by(self, used: Mapping[int, Mapping[str, Place | None]]) -> list[list[Any]]:
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
        return [name for name in starters if name in last and _is_blank(last[name], starters[name], name)]

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


def _is_blank(statement: ast.stmt, starter: str, name: str) -> bool:
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


class Child:
    """Answers the examiner's requests until the line is closed."""

    def __init__(self) -> None:
        self.submission: Submission | None = None
        self.handles: list[Any] = []
        self.watch = Watch((), (), ())
        self.changed = False  # whether it changed its inputs
        self.frame = Frame({}, ())
        self.operations: dict[str, Callable[[dict[str, Any]], Any]] = {
            "get": lambda header: self._name(header["name"]),
            "call": self._call,
            "attr": lambda header: getattr(self._decode(header["target"]), header["name"]),
            "item": lambda header: self._decode(header["target"])[self._decode(header["key"])],
            "len": lambda header: len(self._decode(header["target"])),
        }

    def serve(self) -> None:
        """Answer requests, one after the other."""
        while (frame := self._receive()) is not None:
            self.frame = frame
            header = frame.header
            try:
                reply = self._load(header) if header["op"] == "load" else self._answer(header)
            except BaseException as error:
                reply = pack({"id": header["id"], "error": self._describe(error), "used": self._used()})
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            _write(reply)

    def _receive(self) -> Frame | None:
        prefix = _read(PREFIX.size)
        if len(prefix) < PREFIX.size:
            return None
        return unpack(prefix, _read(frame_length(prefix)))

    def _load(self, header: dict[str, Any]) -> bytes:
        """Read the submission, say so, and run it; a failing statement costs what it defines and no more."""
        try:
            source = self._read(header)
        except SubmissionFault as fault:
            return pack({"id": header["id"], "refused": str(fault)})
        _write(pack({"id": header["id"], "running": _read_notice(source)}))
        self.submission = submission = Submission(header, source.cells)
        self.watch = watch = Watch(header["families"], submission.cells, submission.packages)
        watch.install()
        failures, used = [], {}
        for number, unit in enumerate(submission.units):
            about = {"unit": number, "cell": unit.cell, "line": unit.line, "names": sorted(unit.names)}
            if number in header["skip"]:
                continue
            _write(pack({"id": header["id"], "running": about}))
            try:
                submission.run(unit)
            except BaseException as error:
                failures.append({**about, **self._describe(error, is_own=error is unit.error)})
            if watch.seen:
                used[number] = watch.seen
                watch.clear()
        return pack(
            {
                "id": header["id"],
                "failures": failures,
                "notices": submission.notices,
                "blank": submission.blank(header["starters"]),
                "words": names_used(submission.trees, header["families"]),
                "used": submission.used_by(used),
            }
        )

    def _read(self, header: dict[str, Any]) -> Source:
        [content] = self.frame.buffers
        self.frame = Frame({}, ())
        with less_memory(READ_MEMORY + 6 * len(content)):
            return read_cells(header["file"], bytes(content))

    def _answer(self, header: dict[str, Any]) -> bytes:
        encoder = Encoder(self._keep)
        self.changed = False
        self.watch.clear()
        node = encoder.encode(self.operations[header["op"]](header))
        about = {"used": self._used(), "changed": self.changed}
        return pack({"id": header["id"], "value": node, **about}, encoder.buffers)

    def _call(self, header: dict[str, Any]) -> Any:
        inputs = [self._decode(header["args"]), self._decode(header["kwargs"])]
        target = self._decode(header["target"])
        value = target(*inputs[0], **inputs[1])
        self.changed = self._are_changed(inputs, header)
        return value

    def _used(self) -> list[list[Any]]:
        """The families that the last request used, each with the student's own line if it is known."""
        return [[family, *(place or (None, None))] for family, place in self.watch.seen.items()]

    def _are_changed(self, inputs: list[Any], header: dict[str, Any]) -> bool:
        """Whether what was given to a call is something else after it: evidence, as all that is said here."""
        after = Encoder(lambda _value: ["handle"])
        try:
            nodes = [after.encode(value) for value in inputs]
        except WireError:
            return True
        if after.buffers != [bytes(buffer) for buffer in self.frame.buffers]:
            return True
        before = [header["args"], header["kwargs"]]
        return bool(_without_handles(nodes) != _without_handles(before))

    def _name(self, name: str) -> Any:
        module = self.submission.module if self.submission else None
        if name not in vars(module):
            raise MissingError(name)
        return vars(module)[name]

    def _decode(self, node: Any) -> Any:
        return Decoder(self.frame, lambda number, _name: self.handles[number]).decode(node)

    def _keep(self, value: Any) -> list[Any]:
        self.handles.append(value)
        return ["handle", len(self.handles) - 1, _type_name(value)]

    def _describe(self, error: BaseException, *, is_own: bool = False) -> dict[str, Any]:
        """What went wrong and where in the student's lines; `is_own`: the file itself is not valid Python."""
        cell, line = self._place(error)
        message = _text(error)
        kind = _kind(error, message)
        if isinstance(error, SyntaxError) and is_own:
            kind, cell, line, message = "syntax", str(error.filename), error.lineno or 1, error.msg
        refused, detail = refusal(error, self._cells()) or ("", "")
        return {
            "kind": kind,
            "type": type(error).__name__ if type(error).__module__ == "builtins" else "",
            "message": _import_message(error, message) or message,
            "cell": cell,
            "line": line,
            "refused": refused,
            "detail": detail,
        }

    def _cells(self) -> dict[str, str]:
        return self.submission.cells if self.submission else {}

    def _place(self, error: BaseException) -> tuple[str | None, int | None]:
        """The innermost line of the student's own."""
        place: tuple[str | None, int | None] = (None, None)
        trace = error.__traceback__
        while trace is not None:
            label = trace.tb_frame.f_code.co_filename
            if label in self._cells():
                place = (label, trace.tb_lineno)
            trace = trace.tb_next
        return place


def _read_notice(source: Source) -> dict[str, Any]:
    cells = [[cell.label, cell.source.count("\n") + 1] for cell in source.cells]
    return {"cells": cells, "notes": list(source.notes[:MAX_NOTES])}


def _text(error: BaseException) -> str:
    """An exception's own words, without the name of the grader's folder."""
    try:
        return str(error)[:MAX_TEXT].replace(os.environ.get("TMPDIR") or "\0", "...")
    except BaseException:
        return ""


def _kind(error: BaseException, message: str) -> str:
    if isinstance(error, TooLargeError | MissingError):
        return "too-large" if isinstance(error, TooLargeError) else "missing"
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in message or "alloc_cpu" in message:
        return "memory"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EFBIG}:
        return "disk"
    if isinstance(error, SystemExit | KeyboardInterrupt | GeneratorExit):
        return "exit"
    return "raised"


def _import_message(error: BaseException, message: str) -> str | None:
    """What is missing, without the paths that Python's own message has."""
    if not isinstance(error, ImportError) or type(error.name) is not str:
        return None
    root, _, rest = error.name.partition(".")
    missing = re.match(r"cannot import name '(\w+)'", message)
    if missing is None and not (rest and isinstance(error, ModuleNotFoundError)):
        return f"{root} is not installed here" if isinstance(error, ModuleNotFoundError) else None
    try:
        version = importlib.metadata.version(root)
    except importlib.metadata.PackageNotFoundError:
        version = ""
    what = missing[1] if missing else rest
    return f"the installed {root} {version} has no {what}".replace("  ", " ")


def _type_name(value: Any) -> str:
    return type(value).__name__[:80]


def _without_handles(node: Any) -> Any:
    """A node of the wire with nothing in it that says which handle it is."""
    if isinstance(node, list):
        return ["handle"] if node[:1] == ["handle"] else [_without_handles(item) for item in node]
    return repr(node)  # NaN equals itself here


def _read(size: int) -> bytes:
    """That many bytes from the line; fewer if it was hung up."""
    content = bytearray()
    while len(content) < size and (part := os.read(LINE, min(size - len(content), 1 << 20))):
        content += part
    return bytes(content)


def _write(content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(LINE, view) :]


def warm_up() -> None:
    """Do once in the fork server what every worker would do first: set up parser, compiler and wire."""
    tree = ast.parse("def f(x):\n    return [x, ...]\n")
    compile(ast.Module([tree.body[0]], []), "warm-up", "exec", dont_inherit=True)
    defined_names(tree.body)
    _is_blank(tree.body[0], "def f(x):\n    ...", "f")
    encoder = Encoder(lambda _value: ["handle", 0, ""])
    header = {"value": encoder.encode([1, 0.5, "text", {"a": b"b"}])}
    frame = pack(header, encoder.buffers)
    Decoder(unpack(frame[: PREFIX.size], frame[PREFIX.size :]), lambda *_: None).decode(header["value"])


def run() -> None:
    """Serve, then leave without running anything that student code registered."""
    try:
        Child().serve()
    except OSError:
        pass  # the examiner has hung up
    except MemoryError:
        os._exit(NO_MEMORY)
    finally:
        os._exit(0)
