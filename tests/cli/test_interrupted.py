"""A command that is killed, interrupted or out of disk at any of its writes, and then typed again, ends as one that
nobody disturbed: the same files, the same gradebook, the same words."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.cli import course as course_cli
from grader.cli import grade as grade_cli
from tests.cli.disturbing import FULL, INTERRUPT, KILL, Disturbance, Ended, rehearse, run

COURSE = "format: 1\ntitle: Small\nseed: small\nexercises: [ex-1]\npackages: []\n"
EXERCISE = """
format: 1
title: A number
params: {M: {from: 3, to: 9}}
variant_0: {M: 5}
questions:
  - {id: five, kind: number, prompt: "What is {{ M }}?", answer: M, hints: [Look.]}
"""
ROSTER = "student\nada\nbob\n"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def typed(root: Path, *arguments: str, command: click.Command = course_cli.command) -> Ended:
    ran = run(command, root, arguments, root.parent / "tmp", Disturbance())
    assert ran.code in {0, 1}, ran
    return ran


def small(root: Path) -> None:
    """Write a course, and what a class handed in."""
    write(root / "course.yaml", COURSE)
    write(root / "exercises" / "ex-1" / "exercise.yaml", EXERCISE)
    write(root / "roster.csv", ROSTER)
    write(root / "S" / "ada" / "ex-1.py", "five = 5\n")
    write(root / "S" / "bob" / "ex-1.py", "five = 6\n")


def change(root: Path) -> None:
    """Another version of the first exercise."""
    file = root / "exercises" / "ex-1" / "exercise.yaml"
    file.write_text(
        file.read_text().replace("title: ", "title: Another ").replace("answer: M", "answer: M + 1")
    )


def handed_out_and_changed(root: Path) -> None:
    """Let one student work on one stub, then change the course."""
    small(root)
    typed(root, "generate", "OUT", "--roster", "roster.csv")
    write(root / "OUT" / "ada" / "ex-1.py", "five = 5  # mine\n")
    change(root)


def there_and_back(root: Path) -> None:
    """Write stubs in both formats, of two versions."""
    small(root)
    typed(root, "generate", "OUT")
    change(root)
    typed(root, "generate", "OUT", "--format", "notebook")


def with_a_gradebook(root: Path) -> None:
    small(root)
    typed(root, "scores")


def graded(root: Path) -> None:
    small(root)
    typed(root, "grade", "S", "--isolation", "process")


def graded_and_changed(root: Path) -> None:
    graded(root)
    change(root)


def handed_out(root: Path) -> None:
    small(root)
    typed(root, "generate", "OUT")
    write(root / "OUT" / "ex-1.py", "five = 4\n")


@dataclass(frozen=True)
class Scenario:
    """A command typed in a folder that was made ready."""

    prepare: Callable[[Path], None]
    arguments: str
    where: str = "."
    command: click.Command = course_cli.command
    says_the_same: bool = True
    may_add: str = ""  # what it may say on stderr if the disturbed run came far enough
    but: str = ""  # the name of a folder in which each run counts
    imported: tuple[str, ...] = ()  # else each run would import its own
    is_all: bool = True  # also what it writes for itself, into the folder for temporary files


SCENARIOS = {
    "new": Scenario(lambda _root: None, "new mine"),
    "generate": Scenario(with_a_gradebook, "generate OUT --roster roster.csv"),
    "generate again": Scenario(handed_out_and_changed, "generate OUT --roster roster.csv"),
    "generate there and back": Scenario(there_and_back, "generate OUT"),
    "grade": Scenario(handed_out, "ex-1", "OUT", grade_cli.command),
    "hint": Scenario(
        handed_out,
        "ex-1 --hint",
        "OUT",
        grade_cli.command,
        says_the_same=False,
        may_add="You have seen all the hints for five.\n",
        but=".grade",
    ),
    "course grade": Scenario(with_a_gradebook, "grade S --isolation process", says_the_same=False),
    "regrade": Scenario(
        graded_and_changed,
        "regrade --apply --allow-lower --isolation process",
        says_the_same=False,
    ),
    "override": Scenario(graded, "override ada ex-1 --score 0 --reason read"),
    "export": Scenario(graded, "export csv"),
    "schema": Scenario(small, "schema"),
    "check": Scenario(small, "check --variants 1 --html page.html", imported=("torch",), is_all=False),
}


def snapshot(root: Path, but: str) -> dict[str, object]:
    """Every file below a folder; of a gradebook its rows, without their numbers and times."""
    found: dict[str, object] = {}
    for file in root.rglob("*"):
        if file.name == "gradebook.db":
            found[file.name] = rows(file)
        elif not file.is_dir() and file.parent.name not in but:
            found[str(file.relative_to(root))] = file.read_bytes()
    return found


def rows(file: Path) -> set[tuple[object, ...]]:
    with sqlite3.connect(file) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        found = {(table, *row) for table in tables for row in connection.execute(_columns(connection, table))}
    connection.close()
    return found


def _columns(connection: sqlite3.Connection, table: str) -> str:
    columns = [(name, kind) for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
    kept = [f'"{name}"' for name, kind in columns if name != "id" and kind != "DATETIME"]
    return f'SELECT {", ".join(kept)} FROM "{table}"'


class Stage:
    """Where a scenario is played again and again."""

    def __init__(self, place: Path, scenario: Scenario) -> None:
        self.place, self.scenario = place, scenario
        self.ready, self.root, self.temporary = place / "ready", place / "root", place / "tmp"
        self.temporary.mkdir()
        self.ready.mkdir()
        scenario.prepare(self.ready)

    def rehearse(self) -> None:
        """Do once what else each run would do."""
        self.play()  # from now on the results are known
        self._renew()
        rehearse(*self._typed(), self.temporary, self.scenario.imported)

    def play(self, what: str = "", at: int = 0) -> Ended:
        """Run the command in a fresh copy, disturbed."""
        self._renew()
        return self.again(what, at)

    def _renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.ready, self.root)

    def again(self, what: str = "", at: int = 0) -> Ended:
        """Run the command in the folder as it is."""
        disturbance = Disturbance(what, at, () if self.scenario.is_all else (self.temporary,))
        return run(*self._typed(), self.temporary, disturbance, self.scenario.imported)

    def _typed(self) -> tuple[click.Command, Path, list[str]]:
        scenario = self.scenario
        return scenario.command, self.root / scenario.where, scenario.arguments.split()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "name"),
    [(what, name) for name in SCENARIOS for what in (KILL, INTERRUPT, FULL) if what == KILL or name != "new"],
)
def test_a_disturbed_command_that_is_typed_again(tmp_path: Path, name: str, what: str) -> None:
    scenario = SCENARIOS[name]
    stage = Stage(tmp_path, scenario)
    stage.rehearse()
    expected = stage.play()
    assert (expected.code in {0, 1}, expected.err) == (True, ""), expected
    assert list(stage.temporary.iterdir()) == []
    undisturbed = snapshot(stage.root, scenario.but)
    assert expected.count > 2
    for at in range(1, expected.count + 1):
        first = stage.play(what, at)
        check_ending(first, what, expected)
        if what != KILL:
            assert list(stage.temporary.iterdir()) == [], at
            assert not [file for file in stage.root.rglob("*") if file.name.endswith(".part")], at
        second = stage.again()
        assert second.code == expected.code, (at, second)
        assert second.err in {"", scenario.may_add}, (at, second)
        assert snapshot(stage.root, scenario.but) == undisturbed, at
        assert list(stage.temporary.iterdir()) == [], at
        if scenario.says_the_same:
            assert second.out == expected.out, at


@pytest.mark.slow
@pytest.mark.parametrize("what", [KILL, FULL])
def test_what_a_disturbed_run_left_is_no_work_when_the_course_has_changed_since(
    tmp_path: Path, what: str
) -> None:
    stage = Stage(tmp_path, Scenario(handed_out_and_changed, "generate OUT"))
    stage.rehearse()
    stage.play()
    change(stage.root)
    count = stage.again().count
    stub = (stage.root / "OUT" / "ex-1.py").read_bytes()
    for at in range(1, count + 1):
        stage.play(what, at)
        change(stage.root)
        ran = stage.again()
        assert (ran.code, ran.out) == (0, "4 files written to OUT.\n"), at
        assert (stage.root / "OUT" / "ex-1.py").read_bytes() == stub, at


def check_ending(ran: Ended, what: str, expected: Ended) -> None:
    """Check how a disturbed command ends; one that can do without the write may end as if nothing had happened."""
    assert "Traceback" not in ran.err, ran
    if what == KILL:
        assert ran.code == -9, ran
    elif what == INTERRUPT:
        assert (ran.code, ran.err) == (130, "Interrupted.\n"), ran
    else:
        assert ran.code in {2, expected.code}, ran
        is_as_ever = (ran.code, ran.out, ran.err) == (expected.code, expected.out, expected.err)
        assert len(set(ran.err.splitlines())) == 1 or is_as_ever, ran
