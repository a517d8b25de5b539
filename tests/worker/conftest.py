"""A fork server for all tests of the worker: torch is imported once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

if sys.platform != "win32":  # most of these tests look at Linux itself
    from grader.worker.forkserver import ForkServer

    @pytest.fixture(scope="session")
    def server() -> Iterator[ForkServer]:
        """Yield a fork server that has imported torch and numpy."""
        with ForkServer(["torch", "numpy"]) as started:
            yield started
