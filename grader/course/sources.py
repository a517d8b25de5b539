"""The Python files that stand beside an exercise, as far as they can be judged without running them."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import Fault


def read_source(file: Path) -> str:
    """The text of a file of Python that has no faults."""
    return file.read_text(encoding="utf-8-sig")


def source_faults(file: Path) -> Iterator[Fault]:
    """Why a file is not Python in UTF-8; at most one fault."""
    content = file.read_bytes()
    try:
        content.decode("utf-8-sig")
        if b"\0" in content:
            line = content[: content.index(b"\0")].count(b"\n") + 1
            yield Fault(file, line, None, "", "There is a NUL character in it.", "Remove it.")
            return
        if not content.isascii() and _encoding(content) not in {"utf-8", "utf-8-sig"}:
            remedy = "Remove that line."
            yield Fault(file, 1, None, "", f"It is UTF-8, and says that it is {_encoding(content)}.", remedy)
            return
        parsed(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        remedy = "Save it as UTF-8, and drop a coding line."
        yield Fault(file, line, None, "", "It is not UTF-8 text.", remedy)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = getattr(error, "msg", None) or "it is nested too deeply"
        yield Fault(
            file, getattr(error, "lineno", None), None, "", f"This is not Python: {told}.", "Correct it."
        )


def _encoding(content: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError:  # a name that Python does not know, or one that the bytes contradict
        return "something else"


def parsed(content: bytes | str) -> ast.Module:
    """The tree of a module; what Python warns of is for whoever runs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)


def repeated_checks(file: Path) -> Iterator[Fault]:
    """Checks that a later one of the same name replaces: they would never run."""
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
    """Whether pytest takes this for a check, or for a class of them, by its name."""
    if isinstance(node, ast.ClassDef):
        return node.name.startswith("Test")
    return node.name.startswith("test") and not any("fixture" in ast.dump(one) for one in node.decorator_list)


def defined_checks(file: Path) -> dict[str, int]:
    """The checks that a file defines, `TestClass::test_it` for those in a class, with their lines."""
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
