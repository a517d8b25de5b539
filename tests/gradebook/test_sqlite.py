"""The file of a gradebook while commands write it, and afterwards: nobody waits, and one file holds everything."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grader.gradebook.sqlite import BUSY_SECONDS, file_system_of
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import new_class
from tests.conftest import ROOT, Run
from tests.gradebook.test_gradebook import grading, handed_in

URL = "sqlite:///g.db?timeout=0"  # who would have to wait fails
MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
24 22 0:22 / /home rw,relatime shared:2 master:3 - nfs4 server:/home rw,vers=4.2
25 22 0:23 / /home/my\040course rw - tmpfs tmpfs rw
26 22 0:24 / /later rw - xfs /dev/vdb rw
27 26 0:25 / /later rw - cifs //server/share rw"""
WRITES_AND_IS_KILLED = """
import os, signal
from pathlib import Path
from grader.gradebook.store import Gradebook
from tests.gradebook.test_gradebook import grading, handed_in
gradebook = Gradebook("sqlite:///g.db", Path())
gradebook.record(handed_in(b"kept"), grading(3))
with gradebook.writing() as connection:
    connection.exec_driver_sql("delete from submission")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def contents(file: Path) -> list[bytes]:
    with closing(sqlite3.connect(file)) as database:
        return [content for (content,) in database.execute("select content from submission order by id")]


def is_plain(file: Path) -> bool:
    """Return whether SQLite would open a file without making others beside it."""
    return file.read_bytes()[18:20] == b"\1\1" and [one.name for one in file.parent.iterdir()] == [file.name]


def test_who_reads_and_who_writes_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with Gradebook(URL, tmp_path) as writer, Gradebook(URL, tmp_path) as reader:
        writer.record(handed_in(b"one"), grading(3))
        with reader.reading() as connection:
            rows = connection.exec_driver_sql("select content from submission union all select content from submission")  # fmt: skip
            assert rows.fetchone() == (b"one",)
            writer.record(handed_in(b"two"), grading(3))
            with writer.writing():
                assert rows.fetchall() == [(b"one",)]  # as it was when the question was asked
    assert is_plain(tmp_path / "g.db")
    assert contents(tmp_path / "g.db") == [b"one", b"two"]


@pytest.mark.parametrize("drive", ["local", "network"])
def test_one_file_holds_everything_when_a_command_ends(
    tmp_path: Path, drive: str, request: pytest.FixtureRequest
) -> None:
    if drive == "network":
        request.getfixturevalue("network_drive")
    folder = tmp_path / "course"
    folder.mkdir()
    with Gradebook(URL, folder) as gradebook:
        gradebook.record(handed_in(b"one"), grading(3))
    assert is_plain(folder / "g.db")
    with Gradebook(URL, folder) as still_open:
        assert still_open.students() == {"ada"}
        with Gradebook(URL, folder) as gradebook:
            gradebook.record(handed_in(b"two"), grading(3))
            assert still_open.students() == {"ada"}  # and now it holds the other files open
        shutil.copy(folder / "g.db", tmp_path / "copy.db")
        assert contents(tmp_path / "copy.db") == [b"one", b"two"]
    assert is_plain(folder / "g.db")


@pytest.mark.parametrize(("query", "milliseconds"), [("", BUSY_SECONDS * 1000), ("?timeout=2", 2000)])
def test_how_long_a_writer_waits_is_what_the_url_says(tmp_path: Path, query: str, milliseconds: int) -> None:
    with Gradebook(f"sqlite:///g.db{query}", tmp_path) as gradebook, gradebook.writing() as connection:
        assert connection.exec_driver_sql("pragma busy_timeout").scalar() == milliseconds


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    Gradebook(URL, tmp_path).__exit__()
    before = (tmp_path / "g.db").stat()
    with Gradebook(URL, tmp_path) as gradebook:
        assert gradebook.students() == set()
        assert [file.name for file in tmp_path.iterdir()] == ["g.db"]
    assert (tmp_path / "g.db").stat().st_mtime_ns == before.st_mtime_ns


def test_who_writes_while_somebody_reads_does_as_on_a_network_drive(tmp_path: Path) -> None:
    Gradebook(URL, tmp_path).__exit__()
    with closing(sqlite3.connect(tmp_path / "g.db")) as other, Gradebook(URL, tmp_path) as gradebook:
        rows = other.execute("select version_num from gradebook_version union all select ''")
        rows.fetchone()
        with gradebook.writing():
            assert {file.name for file in tmp_path.iterdir()} == {"g.db"}
            rows.close()
        gradebook.record(handed_in(b"one"), grading(3))
        assert (tmp_path / "g.db-wal").exists()
    assert contents(tmp_path / "g.db") == [b"one"]


def test_what_a_killed_process_leaves_goes_with_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"import sys; sys.path.append({str(ROOT)!r}){WRITES_AND_IS_KILLED}"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == -9
    assert (tmp_path / "g.db-wal").exists()
    with Gradebook(URL, tmp_path) as gradebook:
        assert gradebook.students() == {"ada"}
    assert is_plain(tmp_path / "g.db")
    assert contents(tmp_path / "g.db") == [b"kept"]


def test_a_gradebook_where_nothing_can_be_written_is_read(
    tmp_path: Path, course: Run, ordinary: None
) -> None:
    small = new_class(tmp_path)
    assert course(small.root, "override", "ada", "ex-2", "--score", "1", "--reason", "r").code == 2
    small.write("roster.csv", "student\nada\n")
    overriding = ("override", "ada", "ex-2", "--score", "1", "--reason", "r", "--roster", "roster.csv")
    assert course(small.root, *overriding).code == 0
    file = small.root / "gradebook.db"
    file.chmod(0o400)
    small.root.chmod(0o500)
    try:
        ran = course(small.root, "scores")
        assert (ran.code, ran.err, "override by" in ran.out) == (0, "", True)
        ran = course(small.root, *overriding)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1)
        assert "readonly database. Earlier results are kept." in ran.err
    finally:
        small.root.chmod(0o700)


def test_what_a_killed_process_leaves_is_read_where_nothing_can_be_written(
    tmp_path: Path, ordinary: None
) -> None:
    command = [sys.executable, "-c", f"import sys; sys.path.append({str(ROOT)!r}){WRITES_AND_IS_KILLED}"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == -9
    for file in tmp_path.iterdir():
        file.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with Gradebook(URL, tmp_path) as gradebook:
            assert gradebook.students() == {"ada"}
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("/work/g.db", "ext4"),
        ("/home/ada/g.db", "nfs4"),
        ("/homely/g.db", "ext4"),
        ("/home/my course/g.db", "tmpfs"),
        ("/later/g.db", "cifs"),
    ],
)
def test_the_file_system_is_that_of_the_deepest_and_latest_mount(file: str, found: str) -> None:
    assert file_system_of(Path(file), MOUNTS) == found


def test_no_mounts_are_no_file_system() -> None:
    assert file_system_of(Path("/g.db"), "") == ""
