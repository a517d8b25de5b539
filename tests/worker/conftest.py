"""A fork server for all tests of the worker: torch is imported once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.worker.forkserver import ForkServer


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """A fork server that has imported torch and numpy."""
    with ForkServer(["torch", "numpy"]) as started:
        yield started
