"""Huge pages make forks cheaper, and change nothing else."""

from __future__ import annotations

import mmap
import os
import re
import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from grader.worker.pages import HUGE, _huge_pages, collapse
from grader.worker.server import MANY

LIMITS = WorkerLimits(memory=1 << 30, cpu=60)
WANTED = 10  # huge pages, of some hundred that would be laid out
STACK = "7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0                          [stack]\n"
LIBRARY = "7f0000000000-7f0000800000 rw-p 00000000 00:00 42                         /lib/x.so\n"
READ_ONLY = "7f0000000000-7f0000800000 r--p 00000000 00:00 0 \n"
HEAP = "200000-600000 rw-p 00000000 00:00 0                                  [heap]\n"
NAMED = "200000-600000 rw-p 00000000 00:00 0                                  [anon:a heap]\n"


def huge_bytes(pid: int) -> int:
    """Return how much of a process's memory is in huge pages."""
    found = re.search(r"AnonHugePages: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found
    return int(found[1]) << 10


def has_huge_pages(count: int) -> bool:
    """Return whether the kernel can find so many in its memory at this moment."""
    with mmap.mmap(-1, (count + 1) * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.write(bytes(len(memory)))
        return collapse() >= count and huge_bytes(os.getpid()) >= count * HUGE


@pytest.mark.parametrize(
    ("maps", "pages"),
    [
        (HEAP, [0x200000, 0x400000]),
        (NAMED, [0x200000, 0x400000]),
        (STACK, []),
        (LIBRARY, []),
        (READ_ONLY, []),
    ],
)
def test_only_what_is_allocated_is_moved(maps: str, pages: list[int]) -> None:
    assert list(_huge_pages(STACK + maps + READ_ONLY)) == pages


@given(st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 4000)), max_size=5))
def test_no_page_reaches_beyond_what_is_allocated(sizes: list[tuple[int, int]]) -> None:
    start, regions = 0, []
    for gap, size in sizes:
        regions.append((start + 4096 * gap, start + 4096 * (gap + size)))
        start = regions[-1][1]
    maps = "".join(f"{first:x}-{end:x} rw-p 00000000 00:00 0 \n" for first, end in regions)
    for page in _huge_pages(maps):
        assert page % HUGE == 0
        assert any(first <= page and page + HUGE <= end for first, end in regions)


@pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="only Linux has huge pages to look at"
)
def test_a_server_that_forks_many_workers_lies_in_huge_pages() -> None:
    if not collapse():
        pytest.skip("this kernel has no MADV_COLLAPSE (Linux 6.1)")
    with ForkServer(["torch"]) as server:
        for _ in range(MANY):
            server.fork(LIMITS).close()
        server.fork(LIMITS).close()  # answered when the pages are where they should be
        found = huge_bytes(server.pid)
        if found < WANTED * HUGE and not has_huge_pages(WANTED):
            pytest.skip(f"this machine's memory has no {WANTED} huge pages left")
        assert found >= WANTED * HUGE
