"""Writing files so that a file is whole or is not there, whenever the command is interrupted."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from grader.errors import UsageFault

_PART = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def write_file(file: Path, content: str | bytes) -> None:
    """Write a file under a temporary name in its folder, then give it its own name.

    The temporary name is always the same, so what a killed command leaves behind goes with the next one.
    A link is followed, and the mode of a file that is there already is kept.

    Raises:
        UsageFault: it cannot be written; the file that was there before is unchanged.

    """
    data = content.encode() if isinstance(content, str) else content
    try:
        target = Path(os.path.realpath(file))
        mode = _mode(target)
        part = target.with_name(f".{target.name}.part")
        descriptor = _claimed(part)
        try:
            _fill(descriptor, data)
            if mode is not None:
                os.fchmod(descriptor, mode)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageFault(f"{file} cannot be written: {error.strerror}.") from None


def _mode(target: Path) -> int | None:
    """Return the mode of the file that is there, or None where there is none.

    Raises:
        OSError: what is there is not a plain file, such as a folder or a pipe.

    """
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a plain file")
    return stat.S_IMODE(status.st_mode)


def _claimed(part: Path) -> int:
    """Open the temporary file, empty, and keep other writers of the same file out of it."""
    while True:
        descriptor = os.open(part, _PART, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_at(descriptor, part):
            os.ftruncate(descriptor, 0)
            return descriptor
        os.close(descriptor)  # another writer has just given it the file's own name


def _is_at(descriptor: int, part: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), part.lstat())
    except FileNotFoundError:
        return False


def _fill(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def read_file(file: Path, limit: int) -> bytes:
    """Read a plain file of at most `limit` bytes. A pipe or a device is refused, so nothing waits for it.

    Raises:
        UsageFault: it cannot be read, is not a plain file, or is larger.

    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "it is not a plain file")
            content = stream.read(limit + 1)
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) > limit:
        raise UsageFault(f"{file} is larger than {limit >> 20} MiB.")
    return content
