"""What tests share: the commands as a person types them, and the shipped course generated once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from grader.cli import course as course_cli
from grader.cli import entry
from grader.cli import grade as grade_cli
from grader.course.loading import LoadedCourse, load_course

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def _runner(
    command: click.Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    def run(folder: Path, *arguments: object) -> Ran:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", [command.name or "", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            entry.run(command)
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def grade(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`grade ARGUMENTS` in a folder."""
    return _runner(grade_cli.command, monkeypatch, capsys)


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`course ARGUMENTS` in a folder."""
    return _runner(course_cli.command, monkeypatch, capsys)


@pytest.fixture
def own(tmp_path: Path, course: Run) -> Path:
    """A new course, as `course new` makes it."""
    folder = tmp_path / "own"
    assert course(tmp_path, "new", folder).code == 0
    return folder


@pytest.fixture(scope="session")
def shipped() -> LoadedCourse:
    """The course of this repository."""
    return load_course(ROOT)
