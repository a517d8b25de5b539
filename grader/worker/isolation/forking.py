"""Fork servers for the ways of isolation; imported on demand, because the import is slow."""

from __future__ import annotations

import sys
from collections.abc import Sequence

assert sys.platform != "win32"  # it has no fork

from grader.worker.forkserver import ForkServer
from grader.worker.server_starter import asked


def executed_server(preload: Sequence[str], *, bubblewrap: bool) -> ForkServer:
    """Start a fork server by exec."""
    return ForkServer(preload, bubblewrap=bubblewrap)


def forked_server(preload: Sequence[str]) -> ForkServer:
    """Have a process that knows nothing fork a fork server: the clean half of this one's zygote."""
    return ForkServer(preload, start=asked)
