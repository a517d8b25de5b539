"""A worker that a fork server was asked for and that has not been handed out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

assert sys.platform != "win32"  # it has no fork

from grader.worker.ending import WorkerLimits
from grader.worker.sockets import Sockets


@dataclass
class ForkedWorker:
    """A worker's limits, the families prepared for it, and its wires.

    From the server's answer: its process, and a folder to be watched.
    """

    limits: WorkerLimits
    families: frozenset[str]
    wires: Sockets
    pid: int = 0
    scratch: str | None = None

    def take(self, answer: dict[str, Any]) -> None:
        """Take the server's answer."""
        self.pid, self.scratch = int(answer["pid"]), answer["scratch"]
