"""What leads to a worker: its line to the examiner, and its output, however these are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

CHUNK = 1 << 18  # bytes that are read at once


class Wires(Protocol):
    """The examiner's ends."""

    def send(self, content: bytes, seconds: float) -> None:
        """Send on the line.

        Raises:
            OSError: it is hung up, or (TimeoutError) the worker does not take it in time.

        """

    def arrived(self, seconds: float) -> Iterator[tuple[bool, bytes]]:
        """Give what arrives within so many seconds, each part with whether it is of the line.

        A part of the line that is empty: it is hung up.
        """

    def rest(self) -> Iterator[bytes]:
        """Give what was printed and is not yet read; before `close`, only what need not be waited for."""

    def close(self) -> None:
        """Hang up."""
