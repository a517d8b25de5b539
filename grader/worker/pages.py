"""Move a process's memory into huge pages, so that its forks cost less.

A fork copies an entry for each page of memory that the process has written, and the end of the child drops
them all: with torch imported, forty thousand of 4 KiB each. In pages of 2 MiB they are a hundred. What the
child then writes to is split and copied in pages of 4 KiB, as before.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

HUGE = 2 << 20  # bytes
MADV_COLLAPSE = 25  # linux/mman.h, since Linux 6.1: at once, and whatever the system's setting for huge pages
_MAPS = Path("/proc/self/maps")
_ALLOCATED = re.compile(  # proc_pid_maps(5): writable, private, and of no file
    r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0 *(?:\[heap\]|\[anon:.*\])?$", re.MULTILINE
)


def collapse() -> int:
    """Move this process's allocated memory into huge pages; return how many there are now.

    Where the kernel cannot do this, and on other systems, everything stays as it was.
    """
    if not _MAPS.exists():
        return 0
    libc = ctypes.CDLL(None)
    pages = list(_huge_pages(_MAPS.read_text(encoding="ascii")))
    return sum(
        libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(HUGE), MADV_COLLAPSE) == 0 for page in pages
    )


def _huge_pages(maps: str) -> Iterator[int]:
    r"""Yield where a huge page fits into the allocated memory.

    >>> [hex(page) for page in _huge_pages("1ff000-5ff000 rw-p 00000000 00:00 0 \n")]
    ['0x200000']
    """
    for start, end in _ALLOCATED.findall(maps):
        first = -(-int(start, 16) // HUGE) * HUGE
        yield from range(first, int(end, 16) - HUGE + 1, HUGE)
