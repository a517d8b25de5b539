"""Python's garbage collector, which costs much where many objects are made."""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 100_000  # made before an examiner looks for garbage


def collector_paused() -> _Paused:
    """Look for no cycles: with many new objects and no cycle among them, that takes most of the time."""
    return _Paused()


class _Paused:
    """A context. It is entered for every message, and a class takes a third of the time of a generator."""

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_exception: object) -> None:
        if self._was_on:
            gc.enable()
