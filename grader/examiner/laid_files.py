"""The files that an exercise gives to student code, in a folder of this process that holds nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from grader.errors import UsageFault
from grader.files import read_file
from grader.worker.temporary import Folder

MOST_FOLDERS = 8  # that are kept for the next submissions
MAX_BYTES = 1 << 30  # of one file: far above what a course may allow

Stated = tuple[str, Path, int, int]  # a name, its file, when it was changed, and its size


def laid(files: Mapping[str, Path]) -> Path | None:
    """Return a folder with copies of these files under their names; None if there are none.

    Raises:
        UsageFault: a file cannot be read.

    """
    if not files:
        return None
    return _copied(tuple(_stated(name, file) for name, file in sorted(files.items()))).path


def _stated(name: str, file: Path) -> Stated:
    try:
        status = file.stat()
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}.") from None
    return name, file, status.st_mtime_ns, status.st_size


@lru_cache(MOST_FOLDERS)
def _copied(files: tuple[Stated, ...]) -> Folder:
    """Copy files into a folder that is removed with this process, or when others are needed."""
    folder = Folder("files")
    for name, file, _, _ in files:
        target = folder.path / name
        target.write_bytes(read_file(file, MAX_BYTES))
        target.chmod(0o444)
    return folder
