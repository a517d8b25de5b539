"""Temporary folders of this process, which end with it."""

from __future__ import annotations

import weakref
from typing import Self

from grader.worker.folders import claim, discard, place, sweep
from grader.worker.interrupts import held


class Folder:
    """A folder for this process's owner alone, removed with the process."""

    def __init__(self, kind: str, *, sweeping: bool = True) -> None:
        """Make it, and sweep up what others left.

        Raises:
            OSError: it cannot be made.

        """
        if sweeping:
            sweep()
        self.path = place(kind)
        with held():
            descriptor = claim(self.path)
            self._discard = weakref.finalize(self, discard, self.path, descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove it with everything in it."""
        with held():
            self._discard()
