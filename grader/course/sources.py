"""The Python files beside an exercise, checked without running them."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import Fault


def read_source(file: Path) -> str:
    """Return the text of a Python file that has no faults."""
    return file.read_text(encoding="utf-8-sig")


def source_faults(file: Path) -> Iterator[Fault]:
    """Yield at most one fault: why a file is not Python in UTF-8."""
    content = file.read_bytes()
    try:
        content.decode("utf-8-sig")
        if b"\0" in content:
            line = content[: content.index(b"\0")].count(b"\n") + 1
            yield Fault(file, line, None, "", "The file contains a NUL character.", "Remove it.")
            return
        if not content.isascii() and _encoding(content) not in {"utf-8", "utf-8-sig"}:
            remedy = "Remove that line."
            yield Fault(file, 1, None, "", f"The file is UTF-8 but declares {_encoding(content)}.", remedy)
            return
        parsed(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        remedy = "Save it as UTF-8 and remove any coding line."
        yield Fault(file, line, None, "", "The file is not UTF-8 text.", remedy)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = getattr(error, "msg", None) or "it is nested too deeply"
        yield Fault(
            file, getattr(error, "lineno", None), None, "", f"This is not Python: {told}.", "Correct it."
        )


def _encoding(content: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError:  # an unknown encoding, or one that does not fit the bytes
        return "something else"


def parsed(content: bytes | str) -> ast.Module:
    """Parse a module; Python's warnings are left to whoever runs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)


def repeated_checks(file: Path) -> Iterator[Fault]:
    """Yield a fault for each check that never runs because a later one has the same name."""
    for node in ast.walk(parsed(file.read_bytes())):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list):
                yield from _repeated(file, suite)


def _repeated(file: Path, suite: Sequence[ast.AST]) -> Iterator[Fault]:
    last: dict[str, int] = {}
    for node in reversed(suite):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_check(node):
            if node.name in last:
                sentence = f"{node.name} is defined again in line {last[node.name]}, so this one never runs."
                yield Fault(file, node.lineno, None, "", sentence, "Rename one of them.")
            last.setdefault(node.name, node.lineno)


def is_check(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Return whether pytest treats this as a check, or as a class of checks, because of its name."""
    if isinstance(node, ast.ClassDef):
        return node.name.startswith("Test")
    return node.name.startswith("test") and not any("fixture" in ast.dump(one) for one in node.decorator_list)


def defined_checks(file: Path) -> dict[str, int]:
    """Yield the checks that a file defines, with their lines; `TestClass::test_it` for one in a class."""
    return dict(_checks_in(parsed(file.read_bytes()).body, ""))


def _checks_in(suite: Sequence[ast.AST], prefix: str) -> Iterator[tuple[str, int]]:
    for node in suite:
        if isinstance(node, ast.ClassDef):
            if is_check(node):
                yield from _checks_in(node.body, f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if is_check(node):
                yield f"{prefix}{node.name}", node.lineno
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):  # if, try, with, for
            yield from _checks_in(list(ast.iter_child_nodes(node)), prefix)
