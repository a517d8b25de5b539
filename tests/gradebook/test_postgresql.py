"""A gradebook on a real PostgreSQL server: many write at once, and the server is not reachable, refuses, or is killed.

What a gradebook remembers is tested in test_gradebook.py, on PostgreSQL as on SQLite.
"""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.engine.handed_in import HandedIn
from grader.examiner.outcome import Outcome
from grader.gradebook.rows import VERSION
from tests.classroom.conftest import COURSE, RIGHT, Small, new_class
from tests.conftest import ROOT, Run
from tests.engine.test_lanes import wait_until_gone
from tests.gradebook.conftest import PATIENCE, Database, Server, binaries
from tests.gradebook.test_gradebook import NOON, grading

pytestmark = pytest.mark.slow
PROCESSES = 4
STUDENTS = 20
COUNTS = """
select student, exercise, count(distinct attempt.id), count(distinct report.id) from submission
left join attempt on attempt.submission_id = submission.id left join report on report.submission_id = submission.id
group by submission.id, student, exercise order by student, exercise, submission.id
"""


@dataclass(frozen=True)
class Served(Small):
    """A small class whose gradebook is on the server."""

    database: Database

    def rows(self, query: str) -> list[Any]:
        """Return rows of the gradebook."""
        return self.database.rows(query)

    def start_grading(self) -> subprocess.Popen[str]:
        """Start `course grade S --jobs 2` in its own process."""
        program = "import sys; from grader.cli.course import main; sys.argv = ['course', 'grade', 'S', '--jobs', '2']; main()"
        command = [sys.executable, "-c", program]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.root, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def served(tmp_path: Path, postgresql: Database) -> Served:
    """Return a class of six, of whom nobody is graded yet."""
    made = Served(new_class(tmp_path).root, postgresql)
    made.write("course.yaml", f"{COURSE}gradebook: {postgresql.url}\n")
    for number in range(6):
        made.hand_in(f"student{number}", RIGHT.replace("5", str(number + 3)))
    return made


@contextmanager
def holding(database: Database, statement: str) -> Iterator[None]:
    """Hold somebody else's transaction open for as long as this lasts, then roll it back."""
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(database.url.replace("+psycopg", ""))) as other:
        other.execute(statement)
        yield


def wait_until_waiting(database: Database, number: int) -> None:
    """Wait until so many wait for a lock in the database."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    until = time.monotonic() + PATIENCE
    while database.rows(query) != [(number,)]:
        assert time.monotonic() < until
        time.sleep(0.02)


def grade_everybody(database: Database, own: str, after: Outcome | None = None) -> None:
    """Do what one of several graders does: everybody's file, student00's first, and two of its own."""
    with database.open() as gradebook:
        for number in (0, *random.sample(range(1, STUDENTS), STUDENTS - 1)):
            one = HandedIn(f"student{number:02}", "ex-1", "ex-1.py", b"the same for all graders", NOON)
            gradebook.record(one, after or grading(number % 5))
        if after is None:
            for student, exercise in ((own, "ex-1"), ("student00", "ex-2")):
                gradebook.record(HandedIn(student, exercise, "x.py", own.encode(), NOON), grading(1))


def test_processes_that_write_at_once_double_nothing_and_lose_nothing(postgresql: Database) -> None:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        with holding(
            postgresql, "create table gradebook_version (version_num text)"
        ):  # all find no table, and make them
            made = [pool.submit(grade_everybody, postgresql, f"own{number}") for number in range(PROCESSES)]
            wait_until_waiting(postgresql, PROCESSES)
        for one in made:
            one.result()
        students = [f"student{number:02}" for number in range(STUDENTS)]
        own = [f"own{number}" for number in range(PROCESSES)]
        wanted = [(student, "ex-1", 1, 1) for student in (*own, *students)]
        wanted += [("student00", "ex-2", 1, 1)] * PROCESSES
        assert postgresql.rows(COUNTS) == sorted(wanted)

        with holding(
            postgresql, "lock table report in share row exclusive mode"
        ):  # all are at the first, and none is done
            fixed = grading(4, fingerprint="fixed")
            made = [pool.submit(grade_everybody, postgresql, name, fixed) for name in own]
            wait_until_waiting(postgresql, PROCESSES)
        for one in made:
            one.result()
    assert postgresql.rows("select version_num from gradebook_version") == [(VERSION,)]
    counts = {row[0]: row[2:] for row in postgresql.rows(COUNTS) if row[1] == "ex-1"}
    assert counts == {**dict.fromkeys(own, (1, 1)), **dict.fromkeys(students, (1, 2))}
    with postgresql.open() as gradebook:
        scores = [one.score for one in gradebook.attempts() if one.student in students[1:]]
    assert scores == [4] * (STUDENTS - 1)


def test_two_who_grade_the_same_class_at_once_make_the_gradebook_of_one(served: Served, course: Run) -> None:
    served.database.open().__exit__()
    with holding(served.database, "lock table submission in share row exclusive mode"):
        running = [served.start_grading(), served.start_grading()]
        wait_until_waiting(served.database, 2)  # neither finds anything graded, and both have a report
    for one in running:
        out, err = one.communicate(timeout=PATIENCE)
        assert (one.returncode, err) == (0, "")
        assert "6 graded, 0 not graded, 0 left out." in out
    assert served.rows(COUNTS) == [(f"student{number}", "ex-1", 1, 1) for number in range(6)]

    alone = Small(served.root)
    alone.write("course.yaml", COURSE)
    assert course(alone.root, "grade", "S").code == 0
    assert served.reports() == alone.reports()


def test_every_command_reads_and_writes_it(served: Served, course: Run) -> None:
    assert course(served.root, "grade", "S").code == 0
    served.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "4"')
    assert "1 rise, 1 fall." in course(served.root, "regrade", "--apply", "--allow-lower").out
    assert (
        "student0 ex-1: 1 of 3"
        in course(served.root, "override", "student0", "ex-1", "--score", "1", "--reason", "r").out
    )
    lines = [json.loads(line) for line in course(served.root, "scores", "--json").out.splitlines()]
    assert [line["final"] for line in lines] == [1, 3, 2, 2, 2, 2]
    assert course(served.root, "history", "student2").out.count("graded: ") == 2
    assert course(served.root, "export", "csv").code == 0


def refusal(course: Run, root: Path, url: str) -> str:
    """Return what `course grade` says of a gradebook that it cannot use."""
    small = new_class(root)
    small.write("course.yaml", f"{COURSE}gradebook: {url}\n")
    small.hand_in("ada")
    ran = course(small.root, "grade", "S")
    assert (ran.code, ran.out, small.ran()) == (2, "", [])
    [sentence] = ran.err.splitlines()
    assert "hunter2" not in sentence
    assert sentence.startswith("The gradebook postgresql+psycopg://")
    assert sentence.endswith(". Earlier results are kept.")
    return sentence


def test_a_server_that_is_away_is_one_sentence(tmp_path: Path, course: Run) -> None:
    pytest.importorskip("psycopg")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and nobody listens there
        host, port = silent.getsockname()
        told = refusal(course, tmp_path, f"postgresql+psycopg://ada:hunter2@{host}:{port}/scores")
    assert f"ada:***@{host}:{port}/scores cannot be used: " in told
    assert "Connection refused" in told


@pytest.mark.parametrize(
    ("user", "database", "more", "reason"),
    [
        ("guarded:hunter2", "postgres", "", 'password authentication failed for user "guarded"'),
        ("guarded", "postgres", "&password=hunter2", 'password authentication failed for user "guarded"'),
        ("guarded:sesame", "postgres", "", "permission denied for schema public"),
        ("postgres:hunter2", "missing", "", 'database "missing" does not exist'),
        ("nobody:hunter2", "postgres", "", 'role "nobody" does not exist'),
    ],
)
def test_a_server_that_refuses_is_one_sentence(
    tmp_path: Path, course: Run, server: Server, user: str, database: str, more: str, reason: str
) -> None:
    assert f"{reason}. Earlier" in refusal(course, tmp_path, server.url(database, user) + more)


def test_a_server_that_is_killed_leaves_whole_records_and_the_next_run_completes_them(
    served: Served, course: Run, server: Server
) -> None:
    files = {file: file.read_text("utf-8") for file in sorted((served.root / "S").rglob("*.py"))[1:]}
    for file in files:
        file.unlink()
    assert course(served.root, "grade", "S").code == 0  # student0, the only one
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")

    with holding(served.database, "lock table report in share row exclusive mode"):
        running = served.start_grading()
        wait_until_waiting(served.database, 1)  # in the middle of a record
        server.kill()
    out, err = running.communicate(timeout=PATIENCE)
    server.start()
    assert (running.returncode, out) == (2, "student0  ex-1  2 of 3  five (wrong)\n")
    [sentence] = err.splitlines()
    assert sentence.startswith(f"The gradebook {served.database.url.partition('?')[0]} cannot be used: ")
    assert sentence.endswith(". Earlier results are kept.")
    assert served.rows(COUNTS) == [("student0", "ex-1", 1, 1)]

    ran = course(served.root, "grade", "S")
    assert (ran.code, "1 unchanged, not run again" in ran.out) == (0, True)
    assert served.rows(COUNTS) == [(f"student{number}", "ex-1", 1, 1) for number in range(6)]


STARTS = """
import os, signal, sys
from pathlib import Path
from tests.gradebook.conftest import Server
server = Server(Path(sys.argv[1]), Path(sys.argv[2]))
server.start()
print(server._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_connection_that_is_lost_is_made_again(postgresql: Database) -> None:
    """Between two records, and while a server that restarts is away."""
    one, *others = [HandedIn(f"student{number}", "ex-1", "ex-1.py", b"x = 1", NOON) for number in range(3)]
    with postgresql.open() as gradebook:
        gradebook.record(one, grading(1))
        for other in others:
            postgresql.rows("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")  # fmt: skip
            gradebook.record(other, grading(1))
    assert postgresql.rows(COUNTS) == [(f"student{number}", "ex-1", 1, 1) for number in range(3)]


def test_a_server_that_is_started_again_loses_nothing(postgresql: Database, server: Server) -> None:
    with postgresql.open() as gradebook:
        gradebook.record(HandedIn("ada", "ex-1", "ex-1.py", b"x = 1", NOON), grading(1))
        server.kill()
        with ThreadPoolExecutor(1) as pool:
            bob = HandedIn("bob", "ex-1", "ex-1.py", b"x = 1", NOON)
            recorded = pool.submit(gradebook.record, bob, grading(1))
            time.sleep(1)  # it finds nobody, at first
            server.start()
            assert recorded.result(PATIENCE)
    assert postgresql.rows(COUNTS) == [("ada", "ex-1", 1, 1), ("bob", "ex-1", 1, 1)]


def test_rosters_in_other_orders_do_not_wait_for_each_other(postgresql: Database) -> None:
    keys = [(f"student{number:03}", "ex-1") for number in range(200)]
    with postgresql.open() as mine, postgresql.open() as yours, ThreadPoolExecutor(2) as pool:
        for turn in range(5):
            made = [
                pool.submit(gradebook.hand_out, {key: {"turn": turn} for key in order})
                for gradebook, order in ((mine, keys), (yours, keys[::-1]))
            ]
            for one in made:
                one.result(PATIENCE)
    [(deadlocks,)] = postgresql.rows(
        "select deadlocks from pg_stat_database where datname = current_database()"
    )
    assert deadlocks == 0


def test_a_server_ends_with_tests_that_are_killed(server: Server) -> None:
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        command = [sys.executable, "-c", STARTS, str(binaries()), folder]
        ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        assert ran.returncode == -signal.SIGKILL
        wait_until_gone({int(ran.stdout)})
