"""The gradebook's database through SQLAlchemy: opening it, and transactions that lose nothing.

A writer first locks the database (SQLite) or the submission's row (others), so that several people can
grade at once. A killed process leaves whole transactions or none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, insert, inspect, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from grader.errors import UsageFault
from grader.gradebook.rows import VERSION, VERSIONS, Base, VersionRow
from grader.gradebook.sqlite import READING, keep_copy, make_one_file, make_private, may_change, sqlite_engine

RECONNECT_SECONDS = 20.0  # to wait for a lost server while a class is graded
_SECONDS_BETWEEN_TRIES = 0.5
_NO_URL = (
    "The gradebook in course.yaml cannot be used: it is not a database URL. "
    "Write it like sqlite:///gradebook.db or postgresql+psycopg://USER@HOST/DATABASE."
)
T = TypeVar("T")
_FIRST_TABLES = {"about", "submission", "attempt", "report", "override", "handed_out"}  # of 0.1.0
_FIRST_VERSION = "select version from about"


class Database:
    """An open database that holds a gradebook."""

    def __init__(self, url: str, root: Path) -> None:
        """Open the database at an SQLAlchemy URL; a relative SQLite file is in `root`.

        Raises:
            UsageFault: the URL is wrong, or the database cannot be opened.

        """
        address = _address(url, root)
        self.file = Path(address.database or "") if _is_sqlite(address) else None
        self.notes: list[str] = []  # messages for the user
        self._engine = _engine(address)
        if self.file:
            make_private(self.file)
        try:
            self._open()
        except UsageFault:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._engine.dispose()
        if self.file:
            make_one_file(self._engine)

    def _open(self) -> None:
        with self.reading() as connection:
            version = self._version(connection)
        if version == VERSION:
            return
        if version and self.file and not may_change(self.file):
            raise UsageFault(
                f"The gradebook {self._name} was written by an older version of this program, and you "
                "cannot update it. Ask somebody with write access to it and its folder to run: course scores"
            )
        with self.writing() as connection:
            self._make_current(connection)

    def _version(self, connection: Connection) -> str | None:
        """Return the version of the tables, or None if there are none."""
        tables = set(inspect(connection).get_table_names())
        if VersionRow.__tablename__ in tables:
            version = str(connection.scalar(select(VersionRow.version_num)))
        elif tables >= _FIRST_TABLES:
            version = "0001" if connection.exec_driver_sql(_FIRST_VERSION).scalar() == 2 else "unknown"
        elif tables & _FIRST_TABLES or (tables and self.file):
            raise UsageFault(
                f"The gradebook {self._name} belongs to another program. Name another one in course.yaml."
            )
        else:
            return None
        if version not in VERSIONS:
            raise UsageFault(
                f"The gradebook {self._name} was written by a newer version of this program. "
                "Install that version or name another gradebook in course.yaml."
            )
        return version

    def _make_current(self, connection: Connection) -> None:
        """Create or update the tables, unless another process was faster."""
        if connection.dialect.name == "postgresql":  # SQLite has already locked the file
            connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('torchgrade'))").close()
        version = self._version(connection)
        if version is None:
            Base.metadata.create_all(connection)
            connection.execute(insert(VersionRow).values(version_num=VERSION))
        elif version != VERSION:
            self._migrate(connection, version)

    def _migrate(self, connection: Connection, version: str) -> None:
        from grader.gradebook.migrating import migrate  # noqa: PLC0415 alembic takes as long as half a command

        copy = keep_copy(self.file, version) if self.file else None
        migrate(connection, version)
        self.notes.append(
            f"The gradebook {self._name} was written by an older version of this program. "
            f"It has been updated{f'; a copy of the old one is in {copy}' if copy else ''}."
        )

    @property
    def _name(self) -> str:
        return self._engine.url.set(query={}).render_as_string(hide_password=True)  # the query can hold one

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise UsageFault(
                f"The gradebook {self._name} cannot be used: {reason}. Earlier results are kept."
            ) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for reading.

        Raises:
            UsageFault: the database fails.

        """
        with self._faults(), self._engine.connect() as connection:
            yield connection.execution_options(**READING)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction, which keeps all of its work or nothing.

        Raises:
            UsageFault: the database fails.

        """
        with self._faults(), self._engine.begin() as connection:
            yield connection

    def written(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction, and again if the connection to the server was lost meanwhile.

        The work must be idempotent, because a lost server may have kept it.

        Raises:
            UsageFault: the database fails, or the server does not come back.

        """
        until = time.monotonic() + RECONNECT_SECONDS
        with self._faults():
            while True:
                try:
                    with self._engine.begin() as connection:
                        return work(connection)
                except OperationalError as error:
                    if self.file or not _may_pass(error) or time.monotonic() > until:
                        raise
                time.sleep(_SECONDS_BETWEEN_TRIES)


def _may_pass(error: OperationalError) -> bool:
    """Return whether a retry can succeed: no connection, a server that shuts down, or a deadlock.

    Classes of PostgreSQL's error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    code = getattr(error.orig, "sqlstate", None)  # missing if there was no connection
    return code is None or code.startswith(("08", "57P", "40"))


def _bounds(address: URL) -> dict[str, int]:
    """Bound the time to connect, which libpq leaves to the network, unless the URL sets it."""
    is_postgresql = address.get_backend_name() == "postgresql"
    return {"connect_timeout": 10} if is_postgresql and "connect_timeout" not in address.query else {}


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _address(url: str, root: Path) -> URL:
    """Parse a database URL; a SQLite file becomes an absolute path."""
    try:
        address = make_url(url)
        if not _is_sqlite(address):
            return address
        if not address.database or address.database == ":memory:" or set(address.query) - {"timeout"}:
            raise UsageFault(_NO_URL)  # memory keeps nothing, and the query could name another file
        return address.set(database=os.path.realpath(root / address.database))
    except (ArgumentError, ValueError):  # its message could contain a part of the password
        raise UsageFault(_NO_URL) from None


def _engine(address: URL) -> Engine:
    try:
        if _is_sqlite(address):
            return sqlite_engine(address)
        return create_engine(address, pool_pre_ping=True, connect_args=_bounds(address))
    except ValueError:  # a timeout that is not a number
        raise UsageFault(_NO_URL) from None
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        reason = str(error).splitlines()[0]  # SQLAlchemy leaves passwords out of it
        raise UsageFault(f"The gradebook in course.yaml cannot be used: {reason}.") from None
