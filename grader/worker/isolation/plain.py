"""Workers that are ordinary processes: for your own code, and for systems that confine nothing."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

from grader.worker.isolation.way import Workers


@dataclass(frozen=True)
class Plain:
    """A new process for each submission: it needs no fork, and imports everything itself."""

    name: str = "process"
    help: str = (
        "confines nothing, for code that you trust: each file gets a new process, which imports torch again"
    )
    promises: tuple[str, ...] = ()

    def lacks(self) -> str:
        """Return what this machine lacks for it."""
        return ""

    def workers(self, preload: Sequence[str]) -> Workers:
        """Start the first of them."""
        spawner = importlib.import_module("grader.worker.isolation.spawner")  # only this way needs psutil
        workers: Workers = spawner.Spawner(preload)
        return workers

    def early(self, preload: Sequence[str]) -> Workers | None:
        """Start the first of them, while this process imports."""
        return self.workers(preload)
