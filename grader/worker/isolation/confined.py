"""Workers that a fork server forks, and that confine themselves before they read student code."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from grader.errors import UsageFault
from grader.worker.isolation.way import Workers
from grader.worker.promises import PROMISES

CAN_FORK = sys.platform == "linux" and hasattr(os, "fork")  # that of macOS does not work with its libraries
_NO_FORK = "Student code can be confined only on Linux. Use --isolation process."
_NO_BUBBLEWRAP = "bubblewrap is not installed here. On Debian: apt-get install bubblewrap."


@dataclass(frozen=True)
class Full:
    """All layers of the system: its workers cannot open, send or start anything."""

    name: str = "full"
    help: str = "confines student code with every layer that this machine has"
    promises: tuple[str, ...] = PROMISES

    def lacks(self) -> str:
        """Return what this machine lacks for it."""
        return "" if CAN_FORK else _NO_FORK

    def workers(self, preload: Sequence[str]) -> Workers:
        """Start a fork server by exec."""
        return _executed(self.lacks(), preload, bubblewrap=False)

    def early(self, preload: Sequence[str]) -> Workers | None:
        """Get a fork server that was forked, from a process that has imported `preload`."""
        if self.lacks():
            raise UsageFault(self.lacks())
        server: Workers = _forking().forked_server(preload)
        return server


@dataclass(frozen=True)
class Bubblewrap:
    """The same in namespaces that bubblewrap makes."""

    name: str = "bubblewrap"
    help: str = "also gives it separate namespaces, where bubblewrap is installed"
    promises: tuple[str, ...] = PROMISES

    def lacks(self) -> str:
        """Return what this machine lacks for it."""
        return _NO_FORK if not CAN_FORK else "" if shutil.which("bwrap") else _NO_BUBBLEWRAP

    def workers(self, preload: Sequence[str]) -> Workers:
        """Start a fork server by exec in namespaces."""
        return _executed(self.lacks(), preload, bubblewrap=True)

    def early(self, preload: Sequence[str]) -> Workers | None:  # noqa: ARG002 as the protocol has it
        """Return None: bubblewrap makes namespaces for a program that it starts itself."""
        return None


def _executed(lacks: str, preload: Sequence[str], *, bubblewrap: bool) -> Workers:
    if lacks:
        raise UsageFault(lacks)
    server: Workers = _forking().executed_server(preload, bubblewrap=bubblewrap)
    return server


def _forking() -> ModuleType:
    """Import the modules that fork, which a system without fork could not import."""
    return importlib.import_module("grader.worker.isolation.forking")
