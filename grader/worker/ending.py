"""How a worker has ended, and what it may use before that."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from grader.worker.child import NO_MEMORY
from grader.worker.wire import MAX_BODY

MAX_OUTPUT = 64 << 10  # bytes of a submission's output that are kept
BLAMED = 32 << 20  # bytes that a worker must have taken to be blamed if there were none left
_BY_SIGNAL = 0x7F  # the bits of a wait status that say by which
SIGKILL, _SIGXCPU = getattr(signal, "SIGKILL", 9), getattr(signal, "SIGXCPU", None)  # Windows has neither


class WorkerEnded(Exception):
    """A worker is gone, or had to be: why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # timeout, memory, crashed, exit, too-large, disk or malformed


@dataclass(frozen=True)
class WorkerLimits:
    """What one worker may use: bytes of memory, seconds of processor, bytes of files and of one result.

    Of what it prints, `output` bytes are kept.
    """

    memory: int
    cpu: int
    scratch: int = 0
    result: int = MAX_BODY
    output: int = MAX_OUTPUT


@dataclass(frozen=True)
class Ending:
    """How a worker ended, by what the kernel accounts for and not by what it says.

    Its wait status as POSIX writes it, whether its processor time was spent, the bytes of memory that it has
    taken, whether it had to be killed by us, and whether the kernel has killed for want of memory since its
    fork.
    """

    status: int = 0
    spent: bool = False
    took: int = 0
    lived_on: bool = False
    starved: bool = False

    @property
    def by(self) -> int:
        """The signal that ended it; a number beyond signal.Signals, if it is a real-time signal."""
        return self.status & _BY_SIGNAL

    @property
    def why(self) -> str:
        """Why, as WorkerEnded says it; "starved" or "killed" if it is not to blame."""
        if not self.by:
            return "memory" if self.status >> 8 == NO_MEMORY else "exit"
        if self.by != SIGKILL:
            return "timeout" if self.by == _SIGXCPU else "crashed"
        if self.spent:  # it has ignored SIGXCPU
            return "timeout"
        if self.starved:
            return "memory" if self.took >= BLAMED else "starved"
        return "malformed" if self.lived_on else "killed"
