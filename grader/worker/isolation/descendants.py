"""End processes with everything that they have started."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import time
from collections.abc import Iterator

import psutil

MARK = "TORCHGRADE_WORKER"  # in the environment of a worker, and so of everything that it starts
_END_SECONDS = 5.0
_SECONDS_BETWEEN_ROUNDS = 0.005


def inherited_mark() -> str:
    """Return the mark of this process, or ""."""
    return os.environ.get(MARK, "")


def mark_below(own: str) -> str:
    """Return the mark of a process to be started by one with this mark: who ends that one finds both."""
    return own + secrets.token_hex(16)


def end(process: subprocess.Popen[bytes], mark: str) -> None:
    """End a process and all its descendants, including those whose parent has ended or that left its session.

    They are found by their environment, which holds the mark, or one that begins with it.
    """
    until = time.monotonic() + _END_SECONDS
    while (living := list(_living(process, mark))) and time.monotonic() < until:
        for one in living:  # what they start meanwhile is found in the next round
            with contextlib.suppress(psutil.Error):
                one.kill()
        time.sleep(_SECONDS_BETWEEN_ROUNDS)


def _living(process: subprocess.Popen[bytes], mark: str) -> Iterator[psutil.Process]:
    found = {one.pid: one for one in psutil.process_iter() if _is_marked(one, mark)}
    if process.returncode is None:  # otherwise its number may belong to another process by now
        with contextlib.suppress(psutil.Error):
            itself = psutil.Process(process.pid)
            found |= {one.pid: one for one in (itself, *itself.children(recursive=True))}
    for one in found.values():
        with contextlib.suppress(psutil.Error):
            if one.status() != psutil.STATUS_ZOMBIE:
                yield one


def _is_marked(process: psutil.Process, mark: str) -> bool:
    with contextlib.suppress(psutil.Error, OSError):  # another user's, or gone
        return process.environ().get(MARK, "").startswith(mark)
    return False
