"""The files that pytest does not collect."""

from __future__ import annotations

collect_ignore = ["course"]  # the tests run its checks, not the pytest that runs the tests
