"""How much memory this process uses, and a bound on what it maps beyond that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import PAGESIZE

from grader.worker.optional import optional

_NOTHING = (0, 0, 0)
_resource = optional("resource")


class _Seen:
    """What `usage` found when it could look: a confined worker cannot."""

    usage = _NOTHING


def usage() -> tuple[int, int, int]:
    """Return the bytes that are mapped, resident, of data (Linux; elsewhere 0); if confined, as last seen."""
    with suppress(OSError), open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 Path takes longer
        pages = statm.read().split()
        mapped, resident, data = (int(pages[place]) * PAGESIZE for place in (0, 1, 5))
        _Seen.usage = mapped, resident, data
    return _Seen.usage


@contextmanager
def less_memory(size: int) -> Iterator[None]:
    """Let this process map at most `size` bytes more than now (Linux; elsewhere without a bound).

    Raises:
        MemoryError: what is done here needs more.

    """
    if _resource is None:
        yield
        return
    soft, hard = _resource.getrlimit(_resource.RLIMIT_AS)
    bound = usage()[0] + size
    if bound == size or (soft != _resource.RLIM_INFINITY and soft < bound):
        yield
        return
    _resource.setrlimit(_resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        _resource.setrlimit(_resource.RLIMIT_AS, (soft, hard))
