"""What went wrong in a worker, and on which of the student's lines."""

from __future__ import annotations

import errno
import importlib.metadata
import os
import re
from collections.abc import Collection
from typing import Any

from grader.worker.refusals import refusal
from grader.worker.wire import TooLargeError

MAX_TEXT = 2000  # characters of an exception's message


class MissingError(Exception):
    """A name that the submission does not define."""


def describe(error: BaseException, cells: Collection[str], *, is_own: bool = False) -> dict[str, Any]:
    """Say what went wrong and where in the student's lines; `is_own`: the file itself is not valid Python."""
    cell, line = _place(error, cells)
    message = _text(error)
    kind = _kind(error, message)
    if isinstance(error, SyntaxError) and is_own:
        kind, cell, line, message = "syntax", str(error.filename), error.lineno or 1, error.msg
    refused, detail = refusal(error, cells) or ("", "")
    return {
        "kind": kind,
        "type": type(error).__name__ if type(error).__module__ == "builtins" else "",
        "message": _import_message(error, message) or message,
        "cell": cell,
        "line": line,
        "refused": refused,
        "detail": detail,
    }


def _place(error: BaseException, cells: Collection[str]) -> tuple[str | None, int | None]:
    """Return the innermost line of the student's own code."""
    place: tuple[str | None, int | None] = (None, None)
    trace = error.__traceback__
    while trace is not None:
        label = trace.tb_frame.f_code.co_filename
        if label in cells:
            place = (label, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _text(error: BaseException) -> str:
    """Return an exception's message, without the name of the grader's folder."""
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
    """Return what is missing, without the paths in Python's own message."""
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
