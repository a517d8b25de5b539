"""The connections to a worker: its line to the examiner, and its output, however they are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

CHUNK = 1 << 18  # bytes that are read at once


class Wires(Protocol):
    """The examiner's ends."""

    def send(self, content: bytes, seconds: float) -> None:
        """Send on the line.

        Raises:
            OSError: it is closed, or (TimeoutError) the worker does not read it in time.

        """

    def arrived(self, seconds: float) -> Iterator[tuple[bool, bytes]]:
        """Yield the parts that arrive within this many seconds, each with whether it belongs to the line.

        An empty part of the line means that it is closed.
        """

    def rest(self) -> Iterator[bytes]:
        """Yield what was printed and is not yet read; before `close`, only what arrives without waiting."""

    def close(self) -> None:
        """Close both."""
