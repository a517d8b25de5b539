"""Where a lane begins: it imports what is slow, and only then parts into a fork server and an examiner.

Run as `python -E -P -m grader.classroom.start FD FOLDER ISOLATION MODULE...`, with a clean environment;
FD is the line of `grader.classroom.lane`, FOLDER one for temporary files, which comes and goes with the lane.
The fork server is forked before anything of the course has been read, so it holds no more than one that is
started by exec.
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, cast

from grader.worker.confinement import die_with_parent
from grader.worker.folders import claim, remove
from grader.worker.launcher import ForkServer, Isolation
from grader.worker.server import load, serve
from grader.worker.starting import forked


def main() -> None:
    """Import, fork the server, and become a lane."""
    line, folder, isolation, *modules = sys.argv[1:]
    try:
        try:
            signal.signal(signal.SIGINT, _end)
            die_with_parent(signal.SIGINT)  # so that it can still tidy up
            claim(Path(folder))
            _become_lane(int(line), isolation, modules)
        finally:
            # The line of a parent that dies is closed before the signal comes.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        remove(folder)


def _end(_signal: int, _frame: object) -> NoReturn:
    """End, once: what tidies up is not interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _become_lane(line: int, isolation: str, modules: Sequence[str]) -> None:
    server = None  # bubblewrap makes namespaces for a program that it starts itself; the lane sees to that
    if isolation != "bubblewrap":
        load(modules)
        server = ForkServer(modules, isolation=cast("Isolation", isolation), start=forked(serve))
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # else student code would draw the numbers that checks draw
    with server or contextlib.nullcontext():
        lane = importlib.import_module("grader.classroom.lane")  # the server has nothing to do with it
        lane.run(line, server)


if __name__ == "__main__":
    main()
