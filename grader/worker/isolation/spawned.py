"""A newly started worker: it imports, limits itself where the system can, and runs one submission.

Run as `python -E -P -m grader.worker.isolation.spawned PARENT MODULE...` with three pipes. On standard input
comes a line of JSON, `{"modules": [MODULE...], "limits": {...}, "folder": FOLDER or null, "writes": BOOL}`:
student code works in the folder, and may perhaps write in it. Then come the requests of the examiner, which
are answered on standard output. What student code prints goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
from io import TextIOWrapper
from typing import cast

from grader.worker import child
from grader.worker.memory import usage
from grader.worker.parting import end_with
from grader.worker.rlimits import bound
from grader.worker.warming import load


def main() -> None:
    """Keep the line away from student code's own streams, and become a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent, *modules = sys.argv[1:]
    end_with(int(parent))
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        cast("TextIOWrapper", stream).reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    gc.disable()  # while everything is imported: garbage collection takes a tenth of the time
    load(modules)
    gc.enable()
    begin = json.loads(_line(reading))
    load([name for name in begin["modules"] if name not in modules])
    _go_to(begin["folder"], writes=begin["writes"])
    limits = begin["limits"]
    limits["mapped"], _, limits["data"] = usage()
    bound(limits)
    child.run(reading, writing)


def _line(descriptor: int) -> bytes:
    """Read one line, and nothing after it."""
    content = b""
    while not content.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:  # no one needs this worker
            os._exit(0)
        content += byte
    return content


def _go_to(folder: str | None, *, writes: bool) -> None:
    """Work in the folder for student code, or else where it can write nothing."""
    os.chdir(folder or os.sep)
    if folder and writes:
        tempfile.tempdir = folder
        os.environ.update(dict.fromkeys({"TMPDIR", "TEMP", "TMP"} & os.environ.keys(), folder))


if __name__ == "__main__":
    main()
