"""A gradebook in a SQLite file: private, in WAL mode while it is written, and a single file afterwards.

In WAL mode readers and a writer do not wait for each other. The last command to end turns it off, so that a
copy of this one file holds everything and read-only users can open it. Processes on several machines cannot
share a file in WAL mode, so it stays off where the file may be on a network drive:
https://www.sqlite.org/wal.html
"""

from __future__ import annotations

import filecmp
import os
import re
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from grader.errors import UsageFault, printable
from grader.files import part_of, refusal

BUSY_SECONDS = 30  # to wait for another process's lock
READING = {"is_reading": True}  # the grader's own option: this connection takes no lock
_LOCAL = {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "overlay"}
_MOUNTS = Path("/proc/self/mountinfo")


def make_private(file: Path) -> None:
    """Create a missing file that only its owner can read; SQLite's other files get the same mode.

    An existing file keeps its mode, which a group that grades together may have set.
    """
    try:
        with suppress(FileExistsError):
            _make_empty(file)
        if not stat.S_ISREG(file.stat().st_mode):
            raise OSError(0, "it is not a plain file")
        if not os.access(file, os.R_OK):  # opening it here and closing it would release SQLite's locks
            raise PermissionError(0, "you have no permission to read it")
    except FileNotFoundError:
        raise UsageFault(
            f"The gradebook {file} cannot be used: its folder does not exist. Make the folder first."
        ) from None
    except OSError as error:
        raise UsageFault(f"The gradebook {file} cannot be opened: {error.strerror}.") from None


def may_change(file: Path) -> bool:
    """Return whether a file can be changed, and a copy written beside it."""
    own = os.access in os.supports_effective_ids  # else the real user is checked
    return all(os.access(one, os.W_OK, effective_ids=own) for one in (file, file.parent))


def sqlite_engine(address: URL) -> Engine:
    """Create an engine whose transactions begin with the write lock.

    Python's sqlite3 begins transactions late, and never for reading, so two writers could deadlock.
    Its own transactions are therefore off, and each one begins here.
    """
    bound = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(address, connect_args=bound)

    @event.listens_for(engine, "connect")
    def _take_over(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("pragma synchronous = full")  # else WAL mode could lose the last transactions

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not READING.items() <= connection.get_execution_options().items():
            _use_wal(connection, Path(address.database or ""))
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: Connection, file: Path) -> None:
    """Turn WAL mode on, unless somebody is reading now or the file may be on a network drive."""
    if connection.info.get("has_wal") or not _is_local(file):
        return
    busy = connection.exec_driver_sql("pragma busy_timeout").scalar()
    connection.exec_driver_sql("pragma busy_timeout = 0").close()
    try:
        with suppress(OperationalError):
            mode = connection.exec_driver_sql("pragma journal_mode = wal").scalar()
            connection.info["has_wal"] = mode == "wal"  # it stays on while this connection is open
    finally:
        connection.exec_driver_sql(f"pragma busy_timeout = {busy}").close()


def _is_local(file: Path) -> bool:
    try:
        return file_system_of(file, _MOUNTS.read_text("utf-8", "surrogateescape")) in _LOCAL
    except OSError:  # another system without this file
        return False


def file_system_of(file: Path, mounts: str) -> str:
    """Return the type of the file system that holds a file; `mounts` are lines of /proc/self/mountinfo."""
    deepest, found = 0, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split()[4]))
        if len(place.parts) >= deepest and file.is_relative_to(place):  # a later mount hides an earlier one
            deepest, found = len(place.parts), after.split()[0]
    return found


def make_one_file(engine: Engine) -> None:
    """Turn WAL mode off or, if other processes are at work, only copy the log into the main file.

    A failure here loses nothing: the next command finds all that was written.
    """
    with suppress(SQLAlchemyError), engine.connect() as connection:
        reading = connection.execution_options(**READING)
        if reading.exec_driver_sql("pragma journal_mode").scalar() == "wal":
            reading.exec_driver_sql("pragma busy_timeout = 0").close()
            try:
                reading.exec_driver_sql("pragma journal_mode = delete").scalar()
            except OperationalError:
                reading.exec_driver_sql("pragma wal_checkpoint(passive)").close()
    engine.dispose()


def keep_copy(file: Path, version: str) -> Path:
    """Copy a gradebook that nobody is writing to a name with its version, and return that name.

    Raises:
        UsageFault: it cannot be copied.

    """
    wanted = file.with_name(f"{file.name}.version-{version}")
    part = part_of(wanted)
    try:
        _remove(part)
        try:
            _copy(file, part)
            return _named(part, wanted)
        finally:
            _remove(part)
    except OSError as error:
        raise refusal(wanted, "written", error) from None
    except sqlite3.Error as error:
        raise UsageFault(
            f"The copy {printable(str(wanted))} cannot be written: {error}. Make room and run the command "
            "again. The gradebook is unchanged."
        ) from None


def _make_empty(file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    file.chmod(0o600)  # regardless of the umask


def _copy(file: Path, target: Path) -> None:
    _make_empty(target)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("pragma journal_mode = delete").fetchall()


def _named(part: Path, wanted: Path) -> Path:
    """Give a copy an unused name; one copy of the same bytes is enough."""
    name, number = wanted, 1
    while os.path.lexists(name):
        if name.is_file() and filecmp.cmp(name, part, shallow=False):
            return name
        number += 1
        name = wanted.with_name(f"{wanted.name}.{number}")
    part.rename(name)
    return name


def _remove(part: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        part.with_name(f"{part.name}{end}").unlink(missing_ok=True)
