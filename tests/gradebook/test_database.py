"""The file of a gradebook: who can read it, and what is not a gradebook."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.errors import UsageFault
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import COURSE, new_class
from tests.conftest import Run
from tests.gradebook.conftest import Database
from tests.gradebook.test_gradebook import grading, handed_in

URL = "sqlite:///g.db"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Yield a umask while a test runs."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_new_gradebook_and_what_sqlite_makes_beside_it_are_its_owners_alone(
    tmp_path: Path, umask: int
) -> None:
    with Gradebook(URL, tmp_path) as gradebook, gradebook.writing() as connection:
        connection.exec_driver_sql("update gradebook_version set version_num = version_num")
        assert sorted((file.name, mode(file)) for file in tmp_path.iterdir()) == [
            ("g.db", 0o600),
            ("g.db-shm", 0o600),
            ("g.db-wal", 0o600),
        ]


def test_the_journal_on_a_network_drive_is_its_owners_alone(
    tmp_path: Path, umask: int, network_drive: None
) -> None:
    with Gradebook(URL, tmp_path) as gradebook, gradebook.writing() as connection:
        connection.exec_driver_sql("update gradebook_version set version_num = version_num")
        assert sorted((file.name, mode(file)) for file in tmp_path.iterdir()) == [
            ("g.db", 0o600),
            ("g.db-journal", 0o600),
        ]


def test_a_gradebook_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    Gradebook(URL, tmp_path).__exit__()
    (tmp_path / "g.db").chmod(0o660)
    Gradebook(URL, tmp_path).__exit__()
    assert mode(tmp_path / "g.db") == 0o660


def test_a_link_to_a_gradebook_makes_its_target(tmp_path: Path) -> None:
    (tmp_path / "g.db").symlink_to("elsewhere.db")
    Gradebook(URL, tmp_path).__exit__()
    assert mode(tmp_path / "elsewhere.db") == 0o600


@pytest.mark.parametrize(("bits", "told"), [(0o644, True), (0o602, True), (0o660, False), (0o600, False)])
def test_a_gradebook_that_everybody_can_read_is_told(
    tmp_path: Path, course: Run, bits: int, told: bool
) -> None:
    small = new_class(tmp_path)
    Gradebook("sqlite:///gradebook.db", tmp_path).__exit__()
    (tmp_path / "gradebook.db").chmod(bits)
    file = tmp_path / "gradebook.db"
    sentence = f"Everybody on this machine can open {file}. Run: chmod o= {file}"
    small.hand_in("ada", "seven = 7\n", "ex-2")
    for command in (["scores"], ["grade", "S"], ["export", "csv"]):
        ran = course(small.root, *command)
        assert (ran.code, ran.err.splitlines().count(sentence)) == (0, told)
    assert mode(tmp_path / "gradebook.db") == bits


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u@h:abc/x",
        "postgresql+psycopg://u:hunter2@[::1/x",
        "sqlite:///g.db?timeout=hunter2",
        "sqlite:///file:g.db?uri=true",
        "sqlite:///g.db?mode=ro&uri=true",
        "sqlite:///a%00b",
        "sqlite:///a\0b",
        "sqlite:///\ud800",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "gradebook.db",
        "",
        " ",
        "://",
        "http://x/y",
        "mysql://u:hunter2@h/x",
    ],
)
def test_what_is_no_url_of_a_database_is_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageFault) as caught:
        Gradebook(url, tmp_path)
    assert str(caught.value).startswith("The gradebook")
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_malformed_url_ends_a_command_with_one_sentence(tmp_path: Path, course: Run) -> None:
    small = new_class(tmp_path)
    small.write("course.yaml", f"{COURSE}gradebook: 'postgresql+psycopg://u@h:abc/x'\n")
    ran = course(small.root, "scores")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "Write it like sqlite:///gradebook.db" in ran.err


def make_pipe(file: Path) -> None:
    os.mkfifo(file)


def make_loop(file: Path) -> None:
    file.symlink_to(file.name)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "it is not a plain file."),
        (make_pipe, "it is not a plain file."),
        (make_loop, "Too many levels of symbolic links."),
    ],
)
def test_what_cannot_be_a_gradebook_is_one_sentence(tmp_path: Path, make, reason: str) -> None:
    make(tmp_path / "g.db")
    with pytest.raises(UsageFault) as caught:
        Gradebook(URL, tmp_path)
    assert str(caught.value) == f"The gradebook {tmp_path / 'g.db'} cannot be opened: {reason}"


def test_a_gradebook_in_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="Make the folder first"):
        Gradebook("sqlite:///no/such/g.db", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_gradebook(tmp_path: Path) -> None:
    (tmp_path / "g.db").touch(0o600)
    with Gradebook(URL, tmp_path) as gradebook:
        assert gradebook.record(handed_in(b"x"), grading(3))


@pytest.mark.parametrize("table", ["notes", "submission"])
def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path, table: str) -> None:
    with closing(sqlite3.connect(tmp_path / "g.db")) as database, database:
        database.execute(f"create table {table} (id integer)")
    before = (tmp_path / "g.db").read_bytes()
    with pytest.raises(UsageFault, match="belongs to another program"):
        Gradebook(URL, tmp_path)
    assert (tmp_path / "g.db").read_bytes() == before


def test_a_server_may_hold_other_tables_too(postgresql: Database) -> None:
    postgresql.execute("create table notes (id integer)")
    with postgresql.open() as gradebook:
        assert gradebook.record(handed_in(b"x"), grading(3))
