"""Folders for temporary files, removed by the process that holds them, or later by others."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from grader.worker.locks import lock, try_lock

PREFIX = "torchgrade-"  # of all of them: any command sweeps what any other left
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)  # Windows cannot open a folder: a file in it is locked instead
_HELD = ".held"


def place(kind: str) -> Path:
    """Choose where a temporary folder can be made."""
    return Path(tempfile.gettempdir(), f"{PREFIX}{kind}-{secrets.token_hex(8)}")


def claim(folder: Path) -> int:
    """Make a folder that `sweep` leaves alone until this process ends or closes the returned descriptor.

    Raises:
        OSError: it cannot be made.

    """
    while True:
        folder.mkdir(0o700)
        with contextlib.suppress(FileNotFoundError):  # swept between these two lines
            descriptor = _opened(folder, os.O_CREAT)
            lock(descriptor)
            if folder.exists():
                return descriptor
            os.close(descriptor)


def sweep(prefix: str = PREFIX) -> None:
    """Remove the folders with this prefix that belong to this user and that no process holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):  # another user's, or just swept by another process
            _sweep(folder)


def _sweep(folder: Path) -> None:
    descriptor = _opened(folder)
    try:
        is_free = try_lock(descriptor) and _is_own(descriptor)
        if is_free and _FOLDER:
            remove(folder)
    finally:
        os.close(descriptor)
    if is_free and not _FOLDER:  # Windows cannot remove an open file
        remove(folder)


def _opened(folder: Path, creating: int = 0) -> int:
    """Open the file or folder that is locked for a folder."""
    if _FOLDER:
        return os.open(folder, os.O_RDONLY | _FOLDER | _NO_LINK)
    return os.open(folder / _HELD, os.O_RDWR | creating, 0o600)


def _is_own(descriptor: int) -> bool:
    """Return whether this user made it; on Windows each user has a folder for temporary files."""
    return not hasattr(os, "getuid") or os.fstat(descriptor).st_uid == os.getuid()


def discard(folder: Path, descriptor: int) -> None:
    """Remove a folder that `claim` made, and release it."""
    if _FOLDER:
        remove(folder)
    os.close(descriptor)
    if not _FOLDER:
        remove(folder)


def remove(folder: str | Path) -> None:
    """Remove a folder, however deep student code made it, and whatever it forbade.

    Python's own function recurses and gives up at the first refusal, so programs of the system do the rest.
    They are seldom needed, and starting one takes longer than removing most folders.
    """
    for _ in range(2):  # a killed worker can still finish making a file
        with contextlib.suppress(OSError, RecursionError):
            shutil.rmtree(folder)
        if not os.path.lexists(folder):
            return
        if not Path("/bin/rm").exists():
            _remove_on_windows(folder)
            continue
        for tidy in (["/bin/chmod", "-R", "u+rwX"], ["/bin/rm", "-rf"]):
            # In a session of its own a second Ctrl-C does not reach it.
            subprocess.run(  # noqa: S603
                [*tidy, "--", folder], check=False, stderr=subprocess.DEVNULL, start_new_session=True
            )


def _remove_on_windows(folder: str | Path) -> None:
    """Remove a folder, including read-only files."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                Path(parent, name).chmod(stat.S_IWRITE)
    shutil.rmtree(folder, ignore_errors=True)
