"""Fork servers, as the ways of isolation ask for them: imported when one is wanted, for it takes long."""

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
    """Fork one from this process, which knows nothing yet."""
    return ForkServer(preload, start=forked(serve))
