"""The gradebook's database, of SQLAlchemy's: opening it, and transactions in which nothing is lost.

Whoever writes takes the database's write lock first (SQLite), or the submission's row (others), so that
several people can grade at once; a killed process leaves whole transactions or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, ProgrammingError, SQLAlchemyError

from grader.errors import UsageFault
from grader.gradebook.tables import VERSION, AboutRow, Base

BUSY_SECONDS = 30  # that another process may hold the lock
READING = {"is_reading": True}  # an option of ours: this SQLite connection takes no lock


class Database:
    """A database that holds a gradebook, open."""

    def __init__(self, url: str, root: Path) -> None:
        """Open the database at an SQLAlchemy URL; a relative SQLite file lies in `root`.

        Raises:
            UsageFault: the URL is wrong, or the database cannot be opened.

        """
        self._engine = _engine(url, root)
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
        """Make the tables where there are none; the version of those that are there."""
        with self._engine.connect() as connection:
            reading = connection.execution_options(**READING)
            tables = set(inspect(reading).get_table_names())
            if tables & set(Base.metadata.tables):
                version = int(reading.scalar(select(AboutRow.version)) or 0) if "about" in tables else 0
                if version != VERSION or tables >= set(Base.metadata.tables):
                    return version
        with self._engine.begin() as connection:
            is_new = not inspect(connection).has_table(AboutRow.__tablename__)
            Base.metadata.create_all(connection)  # also a table that an older program did not make
            if is_new:
                connection.execute(insert(AboutRow).values(version=VERSION))
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


def _engine(url: str, root: Path) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return create_engine(address)
        if address.database:
            address = address.set(database=str(root / address.database))
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
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
