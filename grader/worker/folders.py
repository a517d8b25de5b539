"""Removing folders that student code may have written to."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path


def remove(folder: str | Path) -> None:
    """Remove a folder, however deep student code has made it: Python's own way would recurse."""
    for _ in range(2):  # a worker that has been killed may still finish making a file
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
        if not os.path.lexists(folder):
            return
        for tidy in (["/bin/chmod", "-R", "u+rwX"], ["/bin/rm", "-rf"]):
            subprocess.run([*tidy, "--", folder], check=False, stderr=subprocess.DEVNULL)  # noqa: S603
