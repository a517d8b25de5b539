"""Locks on open files, which the system releases when a process ends, however it ends."""

from __future__ import annotations

import os
import time

from grader.worker.optional import optional

_fcntl, _msvcrt = optional("fcntl"), optional("msvcrt")
_SECONDS_BETWEEN_TRIES = 0.02
_PLACE = 1 << 30  # the position of the byte that is locked on Windows, where a locked byte cannot be read


def try_lock(descriptor: int) -> bool:
    """Lock an open file; return whether that worked: False while another process holds it.

    Raises:
        OSError: this file system has no locks.

    """
    if _fcntl is None:
        return _try_on_windows(descriptor)
    try:
        _fcntl.flock(descriptor, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock(descriptor: int) -> None:
    """Lock an open file as soon as no other process holds it.

    Raises:
        OSError: this file system has no locks.

    """
    while not try_lock(descriptor):
        time.sleep(_SECONDS_BETWEEN_TRIES)


def _try_on_windows(descriptor: int) -> bool:
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        _msvcrt.locking(descriptor, _msvcrt.LK_NBLCK, 1)
    except PermissionError:
        return False
    finally:
        os.lseek(descriptor, place, os.SEEK_SET)
    return True
