"""The cost of grading an attack: memory of the examiner and of workers, and CPU time."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.worker.isolation.way import Workers

READ_SECONDS = 5.0  # of CPU time, to read and grade a hostile notebook
READ_MIB = 300  # more than before, in examiner and worker, to read a hostile notebook
GROWN_MIB = 768  # more than before, in an examiner, for everything else that comes back: checks may get 512
KEPT_MIB = 128  # that an examiner keeps of one submission: more than the holes that it leaves in the heap
_SAMPLE_SECONDS = 0.02
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass
class Cost:
    """The cost of grading for an examiner, and for its workers if they read a notebook."""

    server: Workers
    is_notebook: bool
    began: float = 0.0  # seconds of CPU time
    kept: int = 0  # KiB of the examiner before
    peak: int = 0  # KiB of the examiner at its highest
    worker: int = 0  # KiB of a worker at its highest, besides those it was born with
    seconds: float = 0.0
    grown: int = 0  # KiB of the examiner after

    def gains(self) -> Iterator[str]:
        """Yield what was too much."""
        most = READ_MIB if self.is_notebook else GROWN_MIB
        if self.peak - self.kept > most << 10:
            yield f"the examiner took {(self.peak - self.kept) >> 10} MiB"
        if self.grown - self.kept > KEPT_MIB << 10:
            yield f"the examiner keeps {(self.grown - self.kept) >> 10} MiB"
        if self.is_notebook and self.worker > most << 10:
            yield f"a worker took {self.worker >> 10} MiB to read it"
        if self.is_notebook and self.seconds > READ_SECONDS:
            yield f"reading it took {self.seconds:.1f} s"


@contextlib.contextmanager
def watched(server: Workers, *, is_notebook: bool) -> Iterator[Cost]:
    """Measure what is done in here, in CPU time and not wall time, because other processes run as well."""
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets VmHWM
    own = os.getpid()
    cost = Cost(server, is_notebook, _seconds(server.pid), _memory(own, "VmRSS"))
    with _sampled(cost) if is_notebook else contextlib.nullcontext():
        yield cost
    cost.seconds = _seconds(server.pid) - cost.began
    cost.peak = _memory(own, "VmHWM")
    gc.collect()
    cost.grown = _memory(own, "VmRSS")


@contextlib.contextmanager
def _sampled(cost: Cost) -> Iterator[None]:
    """Look at the workers from time to time."""
    done = threading.Event()
    watcher = threading.Thread(target=_sample, args=(cost, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _sample(cost: Cost, done: threading.Event) -> None:
    while not done.wait(_SAMPLE_SECONDS):
        born = _memory(cost.server.pid, "VmRSS")
        for pid in cost.server.children():
            cost.worker = max(cost.worker, _memory(pid, "VmHWM") - born)


def _memory(pid: int, field_name: str) -> int:
    """Return the KiB that a process has (VmRSS) or has had at most (VmHWM); 0 where this is unknown."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="latin-1")
        found = re.search(rf"^{field_name}:\s*(\d+)", status, re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def _seconds(server: int) -> float:
    """Return the CPU seconds used by this process, a fork server and its workers that have ended."""
    total = time.process_time()
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{server}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / _CLOCK_TICKS  # utime, stime, cutime, cstime of proc(5)
    return total
