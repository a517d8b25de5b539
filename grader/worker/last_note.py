"""The last note of a process, in memory that it shares with the process which started it.

The other process looks whenever it wants to know. A message would wake it each time.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
import tempfile
import threading
import time
import zlib
from typing import Any, Self

assert sys.platform != "win32"  # it has no pread

_HEADER = struct.Struct("<II")  # the length of what follows, and its checksum
_READS = 20  # until one meets no note that is just being replaced
_memory: Any = getattr(os, "memfd_create", None)  # a Python built for older systems lacks it, as conda's can


class LastNote:
    """A note that the next one replaces."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._lock = threading.Lock()  # another thread may close it
        self._is_closed = False

    @classmethod
    def new(cls) -> Self:
        """Make one that says nothing."""
        if _memory is not None:
            return cls(_memory("torchgrade-note"))
        with tempfile.TemporaryFile() as file:
            return cls(os.dup(file.fileno()))

    def write(self, message: Any) -> None:
        """Replace the note by anything that can be pickled, and the time."""
        content = pickle.dumps((message, time.monotonic()))
        try:
            os.pwrite(self.descriptor, _HEADER.pack(len(content), zlib.crc32(content)) + content, 0)
        except OSError:  # the disk is full; the note before must not seem to be this one
            os.ftruncate(self.descriptor, 0)

    def read(self) -> tuple[Any, float] | None:
        """Return the note and the monotonic time at which it was written; None if there is none."""
        for _ in range(_READS):
            with self._lock:
                if self._is_closed or not (size := os.fstat(self.descriptor).st_size):
                    return None
                content = os.pread(self.descriptor, size, 0)
            length, checksum = _HEADER.unpack_from(content)
            content = content[_HEADER.size : _HEADER.size + length]
            if zlib.crc32(content) == checksum:
                note: tuple[Any, float] = pickle.loads(content)  # noqa: S301 from a process like this one
                return note
        return None

    def close(self) -> None:
        """Close this end."""
        with self._lock:
            if not self._is_closed:
                os.close(self.descriptor)
            self._is_closed = True
