"""How much address space this process has mapped, and a bound on what it maps beyond that."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@cache
def mapped_at_start() -> int:
    """Return what a worker had mapped before it was confined, for then it cannot look any more."""
    return mapped()


def mapped() -> int:
    """Return the bytes of address space that are mapped now (Linux; elsewhere 0)."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 for every worker, and Path takes longer
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


@contextmanager
def less_memory(size: int) -> Iterator[None]:
    """Let this worker map at most `size` bytes more than it had at its start (Linux; elsewhere no less).

    Raises:
        MemoryError: what is done here needs more.

    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = mapped_at_start() + size
    if bound == size or (soft != resource.RLIM_INFINITY and soft < bound):
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
