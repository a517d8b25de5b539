"""Modules that some systems lack: Windows lacks fcntl and resource, and Linux lacks msvcrt."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any


def optional(name: str) -> Any:
    """Import a module; return None where this system does not have it."""
    with contextlib.suppress(ImportError, RuntimeError):  # RuntimeError: it lacks a library of the system
        return importlib.import_module(name)
    return None
