"""The files that an exercise gives to student code, in a folder of this process that holds nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from grader.errors import UsageFault
from grader.files import read_file
from grader.worker.temporary import Folder

MOST_FOLDERS = 8  # that are kept for the next submissions
MAX_BYTES = 1 << 30  # of one file: far above what a course may allow

Stated = tuple[str, Path, int, int]  # a name, its file, when it was changed, and its size


def laid(files: Mapping[str, Path], made: Mapping[str, bytes] = MappingProxyType({})) -> Path | None:
    """Return a folder with copies of these files, and with those that were made; None if there are none.

    Raises:
        UsageFault: a file cannot be read.

    """
    if not files and not made:
        return None
    stated = tuple(_stated(name, file) for name, file in sorted(files.items()))
    return _copied(stated, tuple(sorted(made.items()))).path


def _stated(name: str, file: Path) -> Stated:
    try:
        status = file.stat()
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}.") from None
    return name, file, status.st_mtime_ns, status.st_size


@lru_cache(MOST_FOLDERS)
def _copied(files: tuple[Stated, ...], made: tuple[tuple[str, bytes], ...]) -> Folder:
    """Copy files into a folder that is removed with this process, or when others are needed."""
    folder = Folder("files")
    contents = {name: read_file(file, MAX_BYTES) for name, file, _, _ in files} | dict(made)
    for name, content in contents.items():
        target = folder.path / name
        target.write_bytes(content)
        target.chmod(0o444)
    return folder
