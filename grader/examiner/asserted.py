"""Find out what a bare `assert f(x) == y` of a visible check compared, by reading its line."""

from __future__ import annotations

import ast
import contextlib
import linecache
from collections.abc import Mapping
from types import FrameType
from typing import Any

from grader.examiner.remote import Remote, Student

_AS_THEY_ARE = {"item", "tolist"}  # methods that do not change the value


def asserted(error: BaseException | None, file: str, last: Any) -> tuple[Any, Any] | None:
    """Return (actual, expected) of the `==` that failed in a file of checks, where both are certain.

    `last` is what student code last returned. No student code runs again: a side that would call it is
    skipped.
    """
    found = _failing(error, file) if isinstance(error, AssertionError) else None
    if found is None:
        return None
    frame, (left, right) = found
    names = frame.f_globals | frame.f_locals
    for side, other in ((left, right), (right, left)):
        if _is_the_students(side, names, last) and _is_the_authors(other, names, last):
            with contextlib.suppress(Exception):  # it has changed since the check looked at it
                return last, _approximated(_value(other, frame))
    return None


def _failing(error: BaseException | None, file: str) -> tuple[FrameType, tuple[ast.expr, ast.expr]] | None:
    """Return the innermost frame in the file whose line is a bare comparison, and its two sides."""
    found, trace = None, error.__traceback__ if error else None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            sides = _sides(file, trace.tb_lineno)
            found = (trace.tb_frame, sides) if sides else None
        trace = trace.tb_next
    return found


def _sides(file: str, line: int) -> tuple[ast.expr, ast.expr] | None:
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse("".join(linecache.getlines(file)))):
            if not isinstance(node, ast.Assert) or not node.lineno <= line <= (node.end_lineno or 0):
                continue
            match node.test:
                case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                    return left, right
    return None


def _is_the_students(side: ast.expr, names: Mapping[str, Any], last: Any) -> bool:
    """Return whether a side is what student code last returned: its call, or a name for the result."""
    if isinstance(side, ast.Name):
        return names.get(side.id) is last
    if not isinstance(side, ast.Call):
        return False
    call = side.func
    if isinstance(call, ast.Attribute) and call.attr in _AS_THEY_ARE:
        return _is_the_students(call.value, names, last)
    root = call.value if isinstance(call, ast.Attribute) else call
    return isinstance(root, ast.Name) and isinstance(names.get(root.id), Remote | Student)


def _is_the_authors(side: ast.expr, names: Mapping[str, Any], last: Any) -> bool:
    """Return whether a side holds nothing of the student's."""
    own = (names.get(node.id) for node in ast.walk(side) if isinstance(node, ast.Name))
    return not any(isinstance(value, Remote | Student) or value is last for value in own)


def _value(side: ast.expr, frame: FrameType) -> Any:
    code = compile(ast.Expression(side), "<expected>", "eval")
    return eval(code, frame.f_globals, frame.f_locals)  # noqa: S307 the author's own expression


def _approximated(value: Any) -> Any:
    """Return what `pytest.approx` was given."""
    return value.expected if type(value).__module__.startswith("_pytest.") else value
