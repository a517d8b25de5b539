"""How a worker ended, and what it may use before that."""

from __future__ import annotations

import signal
from dataclasses import dataclass

NO_MEMORY = 71  # a worker's exit code if not even an error can be sent (EX_OSERR of sysexits.h)
MAX_BODY = 256 << 20  # bytes of one result, or of another message to or from a worker
MAX_OUTPUT = 64 << 10  # bytes of a submission's output that are kept
BLAMED = 32 << 20  # bytes that a worker must have used to be blamed if none were left
_BY_SIGNAL = 0x7F  # the bits of a wait status that hold the signal
SIGKILL, _SIGXCPU = getattr(signal, "SIGKILL", 9), getattr(signal, "SIGXCPU", None)  # Windows has neither


class WorkerEnded(Exception):
    """A worker is gone, or had to be ended: why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # timeout, memory, crashed, exit, too-large, disk or malformed


@dataclass(frozen=True)
class WorkerLimits:
    """What one worker may use: bytes of memory, seconds of CPU time, bytes of files and of one result.

    `output` bytes of what it prints are kept.
    """

    memory: int
    cpu: int
    scratch: int = 0
    result: int = MAX_BODY
    output: int = MAX_OUTPUT


@dataclass(frozen=True)
class Ending:
    """How a worker ended, according to the kernel, not to the worker itself.

    The wait status as POSIX writes it, whether its CPU time was spent, the bytes of memory that it used,
    whether the grader had to kill it, and whether the kernel has killed processes for lack of memory since
    its fork.
    """

    status: int = 0
    spent: bool = False
    took: int = 0
    lived_on: bool = False
    starved: bool = False

    @property
    def by(self) -> int:
        """The signal that ended it; a number beyond signal.Signals if it is a real-time signal."""
        return self.status & _BY_SIGNAL

    @property
    def why(self) -> str:
        """The reason, as WorkerEnded gives it; "starved" or "killed" if the worker is not to blame."""
        if not self.by:
            return "memory" if self.status >> 8 == NO_MEMORY else "exit"
        if self.by != SIGKILL:
            return "timeout" if self.by == _SIGXCPU else "crashed"
        if self.spent:  # it ignored SIGXCPU
            return "timeout"
        if self.starved:
            return "memory" if self.took >= BLAMED else "starved"
        return "malformed" if self.lived_on else "killed"
