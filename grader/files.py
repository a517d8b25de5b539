"""Files that people name: reading never blocks, and writing is all or nothing."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from grader.digest import digest_of
from grader.errors import UsageFault, printable
from grader.worker.interrupts import held
from grader.worker.locks import try_lock

_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # Windows lacks some of these flags
_ALONE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_PART = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | _AT_ONCE | _ALONE
_RENAMES_OPEN = os.name != "nt"  # Windows cannot rename an open file
LOCK_SECONDS = 30.0  # to wait for another command that writes the same file
_NOT_PLAIN = "it is not a plain file"
_ROOM, _RIGHT = "Make room and run the command again.", "Get permission or name another one."
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
    errno.EROFS: _RIGHT,
    errno.EMFILE: "Close other programs and run the command again.",
    errno.ENFILE: "Close other programs and run the command again.",
    errno.ENOMEM: "Close other programs and run the command again.",
    errno.EAGAIN: "Close other programs and run the command again.",
    errno.EBUSY: "Wait until it has finished.",
    errno.EIO: "Check the disk and run the command again.",
}


def remedy_of(error: OSError) -> str:
    """Return the remedy for an error of the system."""
    return _REMEDIES.get(error.errno or 0, "Correct the name or name another one.")


def refusal(file: Path, done: str, error: OSError) -> UsageFault:
    """Return the error for a file that cannot be read or written."""
    return UsageFault(f"{printable(str(file))} cannot be {done}: {error.strerror}. {remedy_of(error)}")


def read_file(file: Path, limit: int) -> bytes:
    """Return the content of a plain file; anything else, such as a pipe, is refused without waiting.

    Raises:
        UsageFault: it is missing, not a plain file, unreadable, or larger than `limit` bytes.

    """
    try:
        with open_file(file) as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise refusal(file, "read", error) from None
    if len(content) > limit:
        raise UsageFault(f"{printable(str(file))} has more than {limit} bytes. Name another file.")
    return content


def open_file(file: Path) -> BufferedReader:
    """Open a plain file for reading.

    Raises:
        OSError: it cannot be opened, or is not a plain file.

    """
    _check_plain(file, file.stat())  # opening a device can have side effects
    descriptor = os.open(file, os.O_RDONLY | _AT_ONCE | _ALONE)
    try:
        _check_plain(file, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _check_plain(file: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, _NOT_PLAIN, str(file))


def write_file(file: Path, content: str | bytes) -> None:
    """Write a file under a temporary name in its folder, then rename it.

    The temporary name is always the same, so the next command replaces what a killed one leaves behind. Links
    are followed, and an existing file keeps its mode.

    Raises:
        UsageFault: it cannot be written; an existing file is unchanged.

    """
    data = content.encode() if isinstance(content, str) else content
    try:
        with held():  # a half-written file is removed, even after Ctrl-C
            _write(Path(os.path.realpath(file)), data)
    except OSError as error:
        raise refusal(file, "written", error) from None


def part_of(file: Path) -> Path:
    """Return the temporary name under which a file is written."""
    return file.with_name(f".{file.name}.part")


def _write(target: Path, data: bytes) -> None:
    mode = _mode(target)
    part = part_of(target)
    try:
        with os.fdopen(_claimed(part), "wb", buffering=0) as file:
            _fill(file.fileno(), data)
            if mode is not None:
                os.chmod(file.fileno() if os.chmod in os.supports_fd else part, mode)  # noqa: PTH101
            if _RENAMES_OPEN:
                part.replace(target)
        if not _RENAMES_OPEN:
            part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock a folder against other commands that lock it, until the end of the block.

    Raises:
        OSError: there is no such folder, or another command does not release it.

    """
    descriptor = _open_for_locking(folder)
    try:
        _lock(descriptor, time.monotonic() + LOCK_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _open_for_locking(folder: Path) -> int:
    """Open a folder or, on Windows, where that is impossible, a file elsewhere that is named after it."""
    if hasattr(os, "O_DIRECTORY"):
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _ALONE)
    name = digest_of(str(folder.resolve(strict=True)).encode())
    file = Path(tempfile.gettempdir(), f"torchgrade-lock-{name}")
    return os.open(file, os.O_RDWR | os.O_CREAT | _ALONE, 0o600)


def _lock(descriptor: int, until: float) -> None:
    while not _is_locked(descriptor):
        if time.monotonic() > until:
            raise OSError(errno.EBUSY, "another command is using it")
        time.sleep(0.05)


def _is_locked(descriptor: int) -> bool:
    try:
        return try_lock(descriptor)
    except OSError:  # some network drives do not support locks
        return True


def _mode(target: Path) -> int | None:
    """Return the mode of an existing file, or None if there is none.

    Raises:
        OSError: it is not a plain file, but a folder or a pipe for example, or cannot be written.

    """
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    _check_plain(target, status)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    return stat.S_IMODE(status.st_mode)


def _claimed(part: Path) -> int:
    """Open the empty temporary file and lock it against other writers of the same file."""
    while True:
        descriptor = os.open(part, _PART, 0o666)
        _lock(descriptor, time.monotonic() + LOCK_SECONDS)
        if _is_at(descriptor, part):
            os.ftruncate(descriptor, 0)
            return descriptor
        os.close(descriptor)  # another writer has just renamed it


def _is_at(descriptor: int, part: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), part.lstat())
    except FileNotFoundError:
        return False


def _fill(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.close(os.dup(descriptor))  # a full network drive reports it only on close
