"""Fork servers for the ways of isolation; imported on demand, because the import is slow."""

from __future__ import annotations

import sys
from collections.abc import Sequence

assert sys.platform != "win32"  # it has no fork

from grader.worker.forkserver import ForkServer
from grader.worker.server import serve
from grader.worker.starting import forked


def executed_server(preload: Sequence[str], *, bubblewrap: bool) -> ForkServer:
    """Start a fork server by exec."""
    return ForkServer(preload, bubblewrap=bubblewrap)


def forked_server(preload: Sequence[str]) -> ForkServer:
    """Fork a fork server from this process, which knows nothing yet."""
    return ForkServer(preload, start=forked(serve))
