"""The namespaces that a process lives in: those of its parent, unless something put it elsewhere."""

from __future__ import annotations

import contextlib
import os

KINDS = ("ipc", "mnt", "net", "pid", "user")


def namespaces() -> dict[str, str]:
    """The ids of this process's namespaces by kind, as Linux names them; empty elsewhere."""
    found = {}
    for kind in KINDS:
        with contextlib.suppress(OSError):
            found[kind] = os.readlink(f"/proc/self/ns/{kind}")  # noqa: PTH115 not the path of a file
    return found
