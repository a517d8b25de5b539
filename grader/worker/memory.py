"""How much address space this process has mapped, and a bound on what it maps beyond that."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class _Known:
    mapped = 0  # what `mapped` found when it could look


def mapped() -> int:
    """Return the bytes of address space that are mapped (Linux; elsewhere 0); if confined, as last seen."""
    with suppress(OSError), open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 Path takes longer
        _Known.mapped = int(statm.read().split()[0]) * resource.getpagesize()
    return _Known.mapped


@contextmanager
def less_memory(size: int) -> Iterator[None]:
    """Let this process map at most `size` bytes more than it has (Linux; elsewhere as much as before).

    Raises:
        MemoryError: what is done here needs more.

    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = mapped() + size
    if bound == size or (soft != resource.RLIM_INFINITY and soft < bound):
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
