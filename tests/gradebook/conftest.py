"""Gradebooks to test with: a SQLite file, and databases of a PostgreSQL server that the tests start and stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from grader.gradebook import sqlite
from grader.gradebook.store import Gradebook
from grader.worker.optional import optional
from grader.worker.prctl import die_with_parent

QUIT = getattr(signal, "SIGQUIT", 3)  # Windows has none, and runs none of this

collect_ignore = ["golden"]
PATIENCE = 300.0  # seconds after which something counts as never happening
SETTINGS = "fsync = off\nlisten_addresses = ''\nport = 5432\nunix_socket_directories = '{}'\n"
ACCESS = "local all guarded scram-sha-256\nlocal all all trust\n"  # `guarded` alone needs its password


@dataclass(frozen=True)
class Database:
    """A database for a gradebook."""

    url: str

    def open(self) -> Gradebook:
        """Return the gradebook in it."""
        return Gradebook(self.url, Path())

    def rows(self, query: str) -> list[Any]:
        """Return rows of the gradebook."""
        with create_engine(self.url, poolclass=NullPool).connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def execute(self, statement: str) -> None:
        """Change the gradebook directly, without the grader."""
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


class Server:
    """A PostgreSQL server of the tests, which listens at a socket in its folder and ends with them."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder, self._numbers = binaries, folder, count()
        self._owner: dict[str, Any] = {}
        if hasattr(os, "getuid") and os.getuid() == 0:  # the user as whom PostgreSQL refuses to run
            postgres = optional("pwd").getpwnam("postgres")
            self._owner = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}
            shutil.chown(folder, postgres.pw_uid, postgres.pw_gid)
        self._run("initdb", "--username=postgres", "--no-locale", "--encoding=UTF8", "--no-sync")
        (folder / "data" / "postgresql.conf").write_text(SETTINGS.format(folder), encoding="utf-8")
        (folder / "data" / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")

    def start(self) -> None:
        """Start, and return when there is an answer."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # no pg_ctl in between: it would be the parent
                [self._binaries / "postgres", "-D", self._folder / "data"],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: die_with_parent(QUIT),
                **self._owner,
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.02)

    def _answers(self) -> bool:
        with suppress(OperationalError):
            return bool(Database(self.url("postgres")).rows("select 1"))
        return False

    def kill(self) -> None:
        """Stop at once, even with open connections, and return when every process has ended."""
        self._process.send_signal(QUIT)
        self._process.wait(PATIENCE)

    def url(self, database: str, user: str = "postgres") -> str:
        """Return a database's URL, whether there is one or not."""
        return f"postgresql+psycopg://{user}@/{database}?host={self._folder}&port=5432"

    def new_database(self) -> Database:
        """Return an empty database."""
        name = f"test{next(self._numbers)}"
        Database(self.url("postgres")).execute(f"create database {name}")
        return Database(self.url(name))

    def _run(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [
            self._binaries / program,
            f"--pgdata={self._folder / 'data'}",
            *arguments,
        ]
        ran = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False, **self._owner
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest there is."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    return Path(on_path).parent if on_path else found[-1].parent if found else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Yield a running server; a test that kills it starts it again."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'torchgrade[postgresql]'.")
    programs = binaries()
    if programs is None:
        pytest.skip(
            "No PostgreSQL server is installed: there is no initdb on PATH or in /usr/lib/postgresql."
        )
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        made = Server(programs, Path(folder))
        made.start()
        try:
            Database(made.url("postgres")).execute("create role guarded login password 'sesame'")
            yield made
        finally:
            made.kill()


@pytest.fixture
def postgresql(server: Server) -> Database:
    """Return an empty database of the server."""
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Return an empty database of each sort."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'g.db'}")
    found: Database = request.getfixturevalue("postgresql")
    return found


@pytest.fixture
def network_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system say that every file is on a network drive."""
    mounts = tmp_path.with_name(f"{tmp_path.name}-mounts")
    mounts.write_text("1 1 0:1 / / rw - nfs4 server:/home rw\n", encoding="utf-8")
    monkeypatch.setattr(sqlite, "_MOUNTS", mounts)
