"""Gradebooks of older programs are updated once, with a copy of the old file."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect

assert sys.platform != "win32"  # it has no fork

from grader.cli import course as course_cli
from grader.errors import UsageFault
from grader.gradebook.entries import Override
from grader.gradebook.migrating import FOLDER
from grader.gradebook.rows import VERSION, VERSIONS, Base, VersionRow
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import new_class
from tests.cli.disturbing import FULL, INTERRUPT, KILL, Disturbance, Ended, rehearse, run
from tests.conftest import Run
from tests.gradebook.conftest import PATIENCE, Database
from tests.gradebook.test_gradebook import NOON, grading, handed_in

STORED = Path(__file__).parent / "golden" / "0.1.0"
TABLES = ("submission", "attempt", "report", "override", "handed_out")
FIRST = ("drop table left_out", 'alter table "override" drop column points')  # back to the tables of 0.1.0
BEFORE = {
    "0.1.0": FIRST,
    "without problems": (*FIRST, "alter table submission drop column problem"),
    "with points": FIRST[:1],
    "with what was left out": FIRST[1:],
    "with both": (),
}


def make_old(database: Database, before: str = "0.1.0") -> None:
    """Make the tables of an older program."""
    database.open().__exit__()
    drop = (
        "drop table gradebook_version",
        "drop table outbox",
        "drop table mark",
        "drop table made_file",
        "drop table handed_file",
        *BEFORE[before],
    )
    for statement in (
        *drop,
        "create table about (version integer primary key)",
        "insert into about values (2)",
    ):
        database.execute(statement)


def rows(file: Path) -> dict[str, list[Any]]:
    """Return what 0.1.0 kept."""
    with closing(sqlite3.connect(file)) as database:
        names = {table: database.execute(f"select * from '{table}'") for table in TABLES}
        kept = {table: [column[0] for column in found.description] for table, found in names.items()}
        kept["override"] = [name for name in kept["override"] if name != "points"]
        return {
            table: database.execute(f"select {', '.join(columns)} from '{table}' order by 1").fetchall()
            for table, columns in kept.items()
        }


def stored_course(folder: Path) -> Path:
    """Return the stored course with its gradebook."""
    shutil.copytree(STORED / "course", folder)
    shutil.copyfile(STORED / "stored.db", folder / "gradebook.db")
    (folder / "gradebook.db").chmod(0o600)
    return folder


def schema(database: Database) -> dict[str, Any]:
    """Tables with their columns, keys and indexes."""
    with create_engine(database.url, poolclass=NullPool).connect() as connection:
        found = inspect(connection)
        return {
            table: (
                sorted((one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)),
                found.get_pk_constraint(table)["constrained_columns"],
                sorted(str(one["column_names"]) for one in found.get_indexes(table)),
            )
            for table in found.get_table_names()
        }


@pytest.mark.parametrize("before", BEFORE)
def test_an_older_gradebook_gets_the_tables_of_a_new_one_and_keeps_what_it_holds(
    database: Database, before: str
) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(3))
        gradebook.override(Override("ada", "ex-1", 2, "r", "prof", NOON, 4))
        new = schema(database)
    make_old(database, before)
    with database.open() as gradebook:
        assert len(gradebook.notes) == 1
        assert [one.score for one in gradebook.attempts()] == [3]
        points = 4 if before in {"with points", "with both"} else None
        assert [one.points for one in gradebook.overrides()] == [points]
        gradebook.override(Override("ada", "ex-1", 2, "r", "prof", NOON, 4))
        assert [one.points for one in gradebook.overrides()] == [points, 4]
        assert gradebook.left_out() == frozenset()
    assert schema(database) == new
    with database.open() as gradebook:
        assert gradebook.notes == []


def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    """Whoever changes a table adds a migration, and whoever adds one names it."""
    make_old(database)
    database.open().__exit__()
    with create_engine(database.url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VersionRow.__tablename__})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_heads() == (VERSION,)
    found = ScriptDirectory(FOLDER, version_locations=[FOLDER]).walk_revisions()
    assert tuple(one.revision for one in found)[::-1] == VERSIONS


def test_what_a_migration_did_is_told_once_and_the_old_file_is_kept(tmp_path: Path, course: Run) -> None:
    root = stored_course(tmp_path / "course")
    copy = root / "gradebook.db.version-0001"
    ran = course(root, "scores")
    assert ran.code == 0
    assert ran.err == (
        f"The gradebook sqlite:///{root / 'gradebook.db'} was written by an older version of this program. "
        f"It has been updated; a copy of the old one is in {copy}.\n"
    )
    assert course(root, "scores").err == ""
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows(copy) == rows(STORED / "stored.db") == rows(root / "gradebook.db")
    assert {file.name for file in root.iterdir()} == {
        "course.yaml",
        "exercises",
        "gradebook.db",
        "gradebook.db.version-0001",
    }
    shutil.copyfile(copy, root / "gradebook.db")  # the copy is a gradebook, too
    assert course(root, "scores").out == ran.out


def test_who_may_not_bring_a_gradebook_up_to_date_reads_whom_to_ask(
    tmp_path: Path, course: Run, ordinary: None
) -> None:
    root = stored_course(tmp_path / "course")
    root.chmod(0o500)
    try:
        ran = course(root, "scores")
    finally:
        root.chmod(0o700)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "Ask somebody with write access to it and its folder to run: course scores" in ran.err
    assert (root / "gradebook.db").read_bytes() == (STORED / "stored.db").read_bytes()


def test_no_copy_takes_the_name_of_another_file(tmp_path: Path) -> None:
    root = stored_course(tmp_path / "course")
    (root / "gradebook.db.version-0001").write_text("mine", encoding="utf-8")
    (root / "gradebook.db.version-0001.2").symlink_to("nowhere")
    Gradebook("sqlite:///gradebook.db", root).__exit__()
    assert (root / "gradebook.db.version-0001").read_text(encoding="utf-8") == "mine"
    assert (root / "gradebook.db.version-0001.2").is_symlink()
    assert rows(root / "gradebook.db.version-0001.3") == rows(STORED / "stored.db")


@pytest.mark.parametrize(
    "statement",
    ["update gradebook_version set version_num = '0099'", "delete from gradebook_version"],
)
def test_a_gradebook_of_a_newer_program_is_refused_and_left_alone(
    tmp_path: Path, course: Run, statement: str
) -> None:
    small = new_class(tmp_path)
    assert course(small.root, "scores").code == 0
    small.execute(statement)
    before = (small.root / "gradebook.db").read_bytes()
    small.hand_in("ada", "seven = 7\n", "ex-2")
    for command in (["scores"], ["grade", "S"]):
        ran = course(small.root, *command)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            f"The gradebook sqlite:///{small.root / 'gradebook.db'} was written by a newer version of this "
            "program. Install that version or name another gradebook in course.yaml.\n"
        )
    assert (small.root / "gradebook.db").read_bytes() == before
    assert not list(small.root.glob("gradebook.db?*"))


@pytest.mark.parametrize("table", ["about", "gradebook_version"])
def test_a_gradebook_of_another_version_is_refused_and_left_alone(database: Database, table: str) -> None:
    if table == "about":
        make_old(database)
    else:
        database.open().__exit__()
    column = {"about": "version", "gradebook_version": "version_num"}[table]
    database.execute(f"update {table} set {column} = '99'")
    with pytest.raises(UsageFault, match="was written by a newer version of this program"):
        database.open()
    assert [str(found) for (found,) in database.rows(f"select {column} from {table}")] == ["99"]


def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two who open a gradebook go on when both have seen which version it is."""
    barrier, real = Barrier(2), Gradebook.writing

    def writing(self: Gradebook) -> Any:
        barrier.wait(PATIENCE)
        return real(self)

    monkeypatch.setattr(Gradebook, "writing", writing)


def open_it(database: Database) -> list[str]:
    with database.open() as gradebook:
        return gradebook.notes


@pytest.mark.parametrize("make", [make_old, lambda _database: None], ids=["old", "new"])
def test_of_two_who_open_a_gradebook_at_once_one_makes_it_current(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Callable[[Database], None]
) -> None:
    make(database)
    together(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        told = [one.result(PATIENCE) for one in [pool.submit(open_it, database) for _ in range(2)]]
    assert sum(map(len, told)) == (make is make_old)
    copies = [file.name for file in tmp_path.iterdir() if "version" in file.name]
    is_copied = make is make_old and database.url.startswith("sqlite")
    assert copies == (["g.db.version-0001"] if is_copied else [])
    assert database.rows("select version_num from gradebook_version") == [(VERSION,)]


def disturbed(root: Path, what: str, at: int) -> Ended:
    return run(course_cli.command, root, ("scores",), root.parent / "tmp", Disturbance(what, at))


@pytest.mark.slow
@pytest.mark.parametrize("what", [KILL, INTERRUPT, FULL])
def test_a_disturbed_migration_leaves_the_old_gradebook_and_the_next_command_completes_it(
    tmp_path: Path, what: str
) -> None:
    root = tmp_path / "course"
    (tmp_path / "tmp").mkdir()
    rehearse(course_cli.command, stored_course(tmp_path / "once"), ("scores",), tmp_path / "tmp")
    stored, at, ended = rows(STORED / "stored.db"), 0, False
    undisturbed = disturbed(stored_course(root), "", 0)
    assert undisturbed.code == 0
    while not ended:
        at += 1
        shutil.rmtree(root)
        first = disturbed(stored_course(root), what, at)
        ended = first.count < at and first.code == 0
        assert "Traceback" not in first.err
        if what == FULL and first.code:
            assert (first.code, len(first.err.splitlines())) == (2, 1)
        second = disturbed(root, "", 0)
        assert (second.code, second.out) == (0, undisturbed.out), (at, second)
        assert rows(root / "gradebook.db") == stored, at
        copies = [file for file in root.iterdir() if "version" in file.name]
        assert copies, at
        assert all(rows(copy) == stored for copy in copies), at
        assert {file.name for file in copies} == {"gradebook.db.version-0001"}, (at, first)
    assert at > 20


GATE = """
import sys
from grader.cli.begin import course
sys.argv = ["course", "scores"]
try:
    course()
except SystemExit as left:
    print(left.code, "alembic" in sys.modules)
"""


@pytest.mark.slow
def test_alembic_is_imported_for_older_gradebooks_alone(tmp_path: Path) -> None:
    root, told = stored_course(tmp_path / "course"), []
    for _ in range(2):
        ran = subprocess.run([sys.executable, "-c", GATE], cwd=root, capture_output=True, text=True, check=False)  # fmt: skip
        told.append(ran.stdout.splitlines()[-1])
    (root / "gradebook.db").unlink()
    ran = subprocess.run([sys.executable, "-c", GATE], cwd=root, capture_output=True, text=True, check=False)
    told.append(ran.stdout.splitlines()[-1])
    assert told == ["0 True", "0 False", "0 False"]
