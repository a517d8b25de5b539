"""Where an examiner's process begins: it imports what is slow, then parts into fork server and examiner.

Run as `python -E -P -m grader.worker.start FD FOLDER ISOLATION EXAMINER MODULE...` in a clean environment. FD
is the line to whoever started it, FOLDER one for temporary files, which comes and goes with the process, and
EXAMINER the module whose `run(FD, SERVER)` it ends as.
The fork server is forked before anything of a course has been read, so it holds no more than one that is
started by exec; and one import of torch serves both.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, cast

from grader.worker.confinement import die_with_parent
from grader.worker.folders import claim, remove
from grader.worker.forkserver import ForkServer, Isolation
from grader.worker.server import load, serve
from grader.worker.starting import forked


def main() -> None:
    """Import, fork the server, and become an examiner."""
    gc.disable()  # while everything is imported: looking for garbage takes a tenth of the time
    line, folder, isolation, examiner, *modules = sys.argv[1:]
    try:
        try:
            signal.signal(signal.SIGINT, _end)
            die_with_parent(signal.SIGINT)  # so that it can still tidy up
            claim(Path(folder))
            _become(examiner, int(line), isolation, modules)
        finally:
            # The line of a parent that dies is closed before the signal comes.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        remove(folder)


def _end(_signal: int, _frame: object) -> NoReturn:
    """End, once: what tidies up is not interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _become(examiner: str, line: int, isolation: str, modules: Sequence[str]) -> None:
    server = None  # bubblewrap makes namespaces for a program that it starts itself: the examiner does that
    if isolation != "bubblewrap":
        load(modules)
        server = ForkServer(modules, isolation=cast("Isolation", isolation), start=forked(serve))
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # else student code would draw the numbers that checks draw
    with server or contextlib.nullcontext():
        run = importlib.import_module(examiner).run  # the server has nothing to do with it
        gc.freeze()
        gc.enable()
        run(line, server)


if __name__ == "__main__":
    main()
