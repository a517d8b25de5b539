"""The line between two processes that trust each other: both send pickles."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol


class Line(Protocol):
    """One end of a line, like multiprocessing.connection.Connection."""

    def send(self, message: Any) -> None:
        """Send anything that can be pickled."""

    def send_bytes(self, content: bytes) -> None:
        """Send what has been pickled."""

    def recv(self) -> Any:
        """Wait for a message, and return it."""

    def poll(self, timeout: float = 0.0) -> bool:
        """Return whether there is a message, or the other end has closed the line."""

    def fileno(self) -> int:
        """Return the descriptor to wait for."""

    def close(self) -> None:
        """Close the line."""


class NotingLine(Line, Protocol):
    """An examiner's end of its line."""

    def note(self, message: Any) -> None:
        """Let the other end know what this one begins, or None when it has ended."""


@dataclass(frozen=True)
class Noted:
    """A note where no memory is shared: the next one replaces it."""

    note: Any


class QuickLine(Connection):
    """A Connection that sends a report in a sixth of the time, as it looks for no sockets in it."""

    def __init__(self, descriptor: int, note: Callable[[Any], None]) -> None:
        super().__init__(descriptor)
        self.note = note

    def send(self, message: Any) -> None:
        """Send anything that can be pickled."""
        self.send_bytes(pickle.dumps(message))


@dataclass(frozen=True)
class Pair:
    """A line of two pipes, each for one direction."""

    reading: Line
    writing: Line

    def send(self, message: Any) -> None:
        """Send anything that can be pickled."""
        self.writing.send(message)

    def send_bytes(self, content: bytes) -> None:
        """Send what has been pickled."""
        self.writing.send_bytes(content)

    def note(self, message: Any) -> None:
        """Send a note like a message."""
        self.send(Noted(message))

    def recv(self) -> Any:
        """Wait for a message, and return it."""
        return self.reading.recv()

    def poll(self, timeout: float = 0.0) -> bool:
        """Return whether there is a message, or the other end has closed the line."""
        return self.reading.poll(timeout)

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self.reading.fileno()

    def close(self) -> None:
        """Close the line."""
        self.reading.close()
        self.writing.close()
