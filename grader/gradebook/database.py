"""The gradebook's database, of SQLAlchemy's: opening it, and transactions in which nothing is lost.

Whoever writes takes the database's write lock first (SQLite), or the submission's row (others), so that
several people can grade at once; a killed process leaves whole transactions or none.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from grader.errors import UsageFault
from grader.gradebook.tables import VERSION, AboutRow, Base

BUSY_SECONDS = 30  # that another process may hold the lock
RECONNECT_SECONDS = 20.0  # that a server may be away while a class is graded
_SECONDS_BETWEEN_TRIES = 0.5
_NO_URL = (
    "The gradebook of course.yaml cannot be used: it is not the URL of a database. "
    "Write it as sqlite:///gradebook.db or postgresql+psycopg://USER@HOST/DATABASE."
)
T = TypeVar("T")
READING = {"is_reading": True}  # an option of ours: this SQLite connection takes no lock


class Database:
    """A database that holds a gradebook, open."""

    def __init__(self, url: str, root: Path) -> None:
        """Open the database at an SQLAlchemy URL; a relative SQLite file lies in `root`.

        Raises:
            UsageFault: the URL is wrong, or the database cannot be opened.

        """
        address = _address(url, root)
        self.file = Path(address.database or "") if _is_sqlite(address) else None
        self._engine = _engine(address)
        if self.file:
            _make_private(self.file)
        try:
            self._open()
        except UsageFault:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._engine.dispose()

    def _open(self) -> None:
        with self._faults():
            try:
                version = self._prepare()
            except (IntegrityError, ProgrammingError):  # another process was faster at making the tables
                version = self._prepare()
        if version != VERSION:
            raise UsageFault(
                f"The gradebook {self._name} is of another version of this program. "
                "Move it away, or name another in course.yaml."
            )

    def _prepare(self) -> int:
        """Make the tables where there are none; return the version of those that are there."""
        own = set(Base.metadata.tables)
        with self._engine.connect() as connection:
            reading = connection.execution_options(**READING)
            tables = set(inspect(reading).get_table_names())
            if AboutRow.__tablename__ in tables:
                version = int(reading.scalar(select(AboutRow.version)) or 0)
                if version != VERSION or (tables >= own and _has_points(reading)):
                    return version
            elif tables & own or (tables and self.file):
                raise UsageFault(
                    f"The gradebook {self._name} is a database of another program. "
                    "Name another in course.yaml."
                )
        with self._engine.begin() as connection:
            is_new = not inspect(connection).has_table(AboutRow.__tablename__)
            Base.metadata.create_all(connection)  # also a table that an older program did not make
            if is_new:
                connection.execute(insert(AboutRow).values(version=VERSION))
            elif not _has_points(connection):
                connection.exec_driver_sql('alter table "override" add column points float')
        return VERSION

    @property
    def _name(self) -> str:
        return self._engine.url.set(query={}).render_as_string(hide_password=True)  # there may be one, too

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise UsageFault(
                f"The gradebook {self._name} cannot be used: {reason}. What was graded before is kept."
            ) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that changes nothing.

        Raises:
            UsageFault: the database refuses.

        """
        with self._faults(), self._engine.connect() as connection:
            yield connection.execution_options(**READING)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of what is done in it is kept, or nothing.

        Raises:
            UsageFault: the database refuses.

        """
        with self._faults(), self._engine.begin() as connection:
            yield connection

    def written(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction, again if the server of the database was lost meanwhile.

        The work must give the same if it is done twice: whether a lost server has kept it, nobody knows.

        Raises:
            UsageFault: the database refuses, or the server does not come back.

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
    """Whether it may be gone at the next try: no connection, a server that ends, or a deadlock.

    Classes of PostgreSQL's error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    code = getattr(error.orig, "sqlstate", None)  # none, where there was no connection
    return code is None or code.startswith(("08", "57P", "40"))


def _has_points(connection: Connection) -> bool:
    """Whether overrides have the column that was added to version 2 of the tables."""
    return any(column["name"] == "points" for column in inspect(connection).get_columns("override"))


def _bounds(address: URL) -> dict[str, int]:
    """Bound the time to connect, which libpq leaves to the network, unless the URL says how long."""
    is_postgresql = address.get_backend_name() == "postgresql"
    return {"connect_timeout": 10} if is_postgresql and "connect_timeout" not in address.query else {}


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _address(url: str, root: Path) -> URL:
    """Read a database's URL; a SQLite file becomes a whole path."""
    try:
        address = make_url(url)
        if not _is_sqlite(address):
            return address
        if not address.database or address.database == ":memory:" or set(address.query) - {"timeout"}:
            raise UsageFault(_NO_URL)  # in memory nothing would be kept; the query could name another file
        return address.set(database=os.path.realpath(root / address.database))
    except (ArgumentError, ValueError):  # whose words could hold a part of the password
        raise UsageFault(_NO_URL) from None


def _make_private(file: Path) -> None:
    """Make a file that its owner alone can read, where there is none; SQLite's journal gets the same mode.

    What is there already keeps its mode, for a group that grades together may have set it.
    """
    try:
        with suppress(FileExistsError):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.chmod(descriptor if os.chmod in os.supports_fd else file, 0o600)  # noqa: PTH101 whatever the umask
            os.close(descriptor)
        if not stat.S_ISREG(file.stat().st_mode):
            raise OSError(0, "It is not a plain file")
        if not os.access(file, os.R_OK):  # opening and closing it would end SQLite's locks of this process
            raise PermissionError(0, "You may not read it")
    except FileNotFoundError:
        raise UsageFault(
            f"The gradebook {file} cannot be used: unable to open it. Make its folder first."
        ) from None
    except OSError as error:
        raise UsageFault(f"The gradebook {file} cannot be opened: {error.strerror}.") from None


def _engine(address: URL) -> Engine:
    try:
        if not _is_sqlite(address):
            return create_engine(address, pool_pre_ping=True, connect_args=_bounds(address))
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    except ValueError:  # a timeout that is no number
        raise UsageFault(_NO_URL) from None
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        reason = str(error).splitlines()[0]  # SQLAlchemy leaves passwords out of it
        raise UsageFault(f"The gradebook of course.yaml cannot be used: {reason}.") from None

    # Python's sqlite3 begins transactions late, and never for reading: two writers could then wait for
    # each other. So it is told not to, and each transaction begins with the write lock.
    @event.listens_for(engine, "connect")
    def _take_over(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not READING.items() <= connection.get_execution_options().items():
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
