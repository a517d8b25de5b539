"""End this process with the process that started it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from grader.worker.optional import optional
from grader.worker.prctl import die_with


def end_with(parent: int) -> None:
    """End this process when its parent has ended, however that happens."""
    if sys.platform == "linux":
        if not die_with(parent):
            os._exit(1)
    else:
        threading.Thread(target=wait_and_end, args=(parent,), daemon=True).start()


def wait_and_end(parent: int) -> None:
    """Wait until another process has ended, then end this one."""
    psutil = optional("psutil")  # a worker that needs no thread need not import it
    with contextlib.suppress(psutil.Error):
        psutil.Process(parent).wait()
    os._exit(1)
