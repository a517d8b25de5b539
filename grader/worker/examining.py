"""An examiner's process that was started by itself: it imports, starts a worker, and examines.

Run as `python -E -P -m grader.worker.examining READ WRITE MODULE...`, where READ and WRITE are the two pipes
of its line, on which a Wanted comes first. When standard input is closed, it tidies up and ends.
"""

from __future__ import annotations

import _thread
import contextlib
import gc
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from multiprocessing import connection
from pathlib import Path

from grader.errors import GraderError
from grader.worker.folders import claim, discard
from grader.worker.isolation.ways import WAYS
from grader.worker.line import Line, NotingLine, Pair
from grader.worker.wanted import Wanted
from grader.worker.warming import load

_TIDY_SECONDS = 5.0  # that it gets when it is interrupted


def main() -> None:
    """Examine until the command closes the line."""
    gc.disable()  # while everything is imported: garbage collection takes a tenth of the time
    reading, writing, *modules = sys.argv[1:]
    line = Pair(_end_of(int(reading), is_read=True), _end_of(int(writing), is_read=False))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_obey, daemon=True).start()
    code = 1
    try:
        wanted: Wanted = line.recv()
        descriptor = claim(Path(wanted.folder))
        try:
            _examine(line, wanted, modules)
            code = 0
        finally:
            discard(Path(wanted.folder), descriptor)
    except (EOFError, OSError, KeyboardInterrupt):
        pass  # the process that started this one is gone
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _end_of(handle: int, *, is_read: bool) -> Line:
    """Open an end of a pipe that was inherited."""
    kind = getattr(connection, "PipeConnection", connection.Connection)  # the first one exists on Windows
    end: Line = kind(handle, readable=is_read, writable=not is_read)
    return end


def _obey() -> None:
    """Interrupt this process when the command lets go of it, and end it if that does not help."""
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    _thread.interrupt_main()
    time.sleep(_TIDY_SECONDS)
    os._exit(1)


def _examine(line: NotingLine, wanted: Wanted, modules: list[str]) -> None:
    try:
        workers = WAYS[wanted.isolation].early(modules)
    except GraderError as error:
        line.send(error)
        return
    with workers or contextlib.nullcontext():
        load(modules)  # as the first worker does meanwhile
        run = importlib.import_module(wanted.examiner).run
        gc.enable()
        run(line, workers)


if __name__ == "__main__":
    main()
