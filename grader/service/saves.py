"""Notice that files were saved: at once where watchfiles works, and by looking now and then everywhere.

A network drive or a container's shared folder may report nothing, so files are also looked at without
watchfiles. How a program saves does not matter: it can write in place, rename a new file over the old one, or
remove the old one first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_watch: Callable[..., Iterator[Any]] | None
try:
    from watchfiles import watch as _watch
except ImportError:  # there is no binary of it for this system
    _watch = None

LOOK_SECONDS = 0.2  # between two looks when nothing is reported
SETTLE_MS = 10  # without a further report, after which a save is complete
MOST_SETTLE_MS = 100  # after which a look is due even if reports go on

Stamp = tuple[int, int, int, int] | None  # None if the file cannot be found


def stamp_of(file: Path) -> Stamp:
    """Return what changes whenever a file is saved, or its rights change."""
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


@dataclass
class Stamps:
    """What files looked like when they were looked at last."""

    _seen: dict[str, tuple[Stamp, ...]] = field(default_factory=dict)

    def has_changed(self, name: str, files: Iterable[Path]) -> bool:
        """Return whether any of these files was saved, appeared or disappeared; at the first look, True."""
        before, now = self._seen.get(name), tuple(map(stamp_of, files))
        self._seen[name] = now
        return now != before


def looks(folders: Iterable[Path], stop: threading.Event | None = None) -> Iterator[None]:
    """Yield whenever a look at the files in some folders is due, beginning now, until `stop` is set."""
    stop = stop or threading.Event()
    yield
    with suppress(OSError, RuntimeError):  # no folder, or the system has no room for another watch
        for _ in _reports(folders, stop):
            yield
    while not stop.wait(LOOK_SECONDS):
        yield


def _reports(folders: Iterable[Path], stop: threading.Event) -> Iterator[Any]:
    """Yield when something happens in the folders, and every LOOK_SECONDS."""
    if _watch is None:
        return iter(())
    return _watch(
        *dict.fromkeys(folders),
        watch_filter=None,
        debounce=MOST_SETTLE_MS,
        step=SETTLE_MS,
        rust_timeout=round(LOOK_SECONDS * 1000),
        yield_on_timeout=True,
        stop_event=stop,
        recursive=False,
    )
