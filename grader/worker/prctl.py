"""What Linux changes for a process on request, by prctl."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import lru_cache

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_SIGKILL = 9


@lru_cache(1)
def libc() -> ctypes.CDLL:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> int:
    """Make the kernel change a setting of this process.

    Raises:
        OSError: it is refused.

    """
    result = int(libc().prctl(option, value, 0, 0, 0))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def die_with_parent(by: int = _SIGKILL) -> None:
    """Make the kernel send this process a signal when its parent ends, however that happens (Linux)."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, by)


def die_with(parent: int, by: int = _SIGKILL) -> bool:
    """Do the same where the parent's number is known; return False if it had ended before."""
    die_with_parent(by)
    return os.getppid() == parent


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends (Linux)."""
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)
