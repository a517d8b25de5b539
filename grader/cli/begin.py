"""The start of both commands: signals and standard streams first, then the imports."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
from typing import Any, NoReturn

from grader.worker import interrupts

YOUNG_OBJECTS = 100_000  # made before garbage is looked for: importing makes many, and none of it is garbage
CLOSED = "Standard output is closed, so nothing could be printed. Run the command with its output open."


def grade() -> NoReturn:
    """Run the command `grade`."""
    _begin("grader.cli.grade")


def course() -> NoReturn:
    """Run the command `course`."""
    _begin("grader.cli.course")


def _begin(module: str) -> NoReturn:
    interrupts.leave_at_once()
    gc.set_threshold(YOUNG_OBJECTS)
    atexit.register(gc.freeze)  # Python looks for garbage more than once while it ends: a quarter of the time
    _open_streams()
    entry, command = _imported(module)
    entry.run(command)
    raise AssertionError  # unreachable: it exits


def _imported(module: str) -> tuple[Any, Any]:
    """Return the entry point and the command, which need third-party packages."""
    try:
        return importlib.import_module("grader.cli.entry"), importlib.import_module(module).command
    except ImportError as error:
        if not (sentence := importlib.import_module("grader.cli.unmet").told(error)):
            raise
        sys.stderr.write(f"{sentence}\n")
        sys.exit(2)


def _open_streams() -> None:
    """Make sure that no file opened later gets the number of a closed standard stream."""
    while (null := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(null, True)
    os.close(null)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stderr.write(f"{CLOSED}\n")
        sys.stderr.flush()
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
