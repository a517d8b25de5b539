"""The log of a bug: the command, the versions and the traceback."""

from __future__ import annotations

import os
import platform
import shlex
import sys
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

PACKAGES = ("torchgrade", "torch", "numpy", "scipy", "matplotlib", "pytest", "pydantic", "click")


def write_log(error: BaseException) -> str:
    """Write the log to a new file and return its name.

    Raises:
        OSError: it cannot be written.

    """
    descriptor, name = tempfile.mkstemp(".log", "torchgrade-")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{_setting()}\n")
        log.writelines(traceback.format_exception(error))
    return name


def _setting() -> str:
    """Return the command, the versions and the system, a line each."""
    versions = [f"python {platform.python_version()}", *map(_version, PACKAGES)]
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return f"command: {command}\nversions: {', '.join(versions)}\nplatform: {platform.platform()}\n"


def _version(package: str) -> str:
    """Return a package's version without importing the package."""
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} is not installed"
