"""What tests share: the commands as a person types them, the shipped course, and in which order files are run."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import hypothesis
import pytest

from grader.cli import course as course_cli
from grader.cli import entry
from grader.cli import grade as grade_cli
from grader.course.loading import LoadedCourse, load_course

ROOT = Path(__file__).resolve().parents[1]
LONGEST = (  # files that take longest: begun first, so that no process is left alone with one at the end
    "attacks/test_attacks.py",
    "attacks/test_ordinary_user.py",
    "push/test_troubles.py",
    "proof/test_proving.py",
    "proof/test_honest.py",
    "notebook/test_kernel.py",
    "examiner/test_deserved_names.py",
    "service/test_installing.py",
    "platforms/test_without_posix.py",
    "engine/test_cluster.py",
    "guides/test_guides.py",
    "proof/test_author_modules.py",
    "golden/test_handed_in.py",
    "proof/test_spread.py",
    "cli/test_interrupted.py",
    "cli/test_grade.py",
    "cli/test_entry.py",
    "cli/test_course.py",
    "engine/test_lanes.py",
    "classroom/test_grading.py",
    "reference/test_examples.py",
    "classroom/test_released_everywhere.py",
    "worker/test_client.py",
    "worker/test_torch_areas.py",
    "gradebook/test_postgresql.py",
    "questions/test_adding_a_kind.py",
    "lms/test_acceptance.py",
    "lms/test_add_an_lms.py",
)
APART = (  # long tests that share no fixture: each is given to the next process that is free
    "tests/cli/test_interrupted.py",
    "tests/guides/test_guides.py",
    "tests/proof/test_proving.py::test_both_exercises_are_proved",
    "tests/proof/test_proving.py::test_variants_that_are_harder",
)
NEEDS_FORK = '\nassert sys.platform != "win32"'
SLOW = re.compile(r"\bmark\.slow\b|\bIN_CHROMIUM\b")  # as it is written in every file with slow tests
ALL_SLOW = re.compile(r"^pytestmark = \[?\s*(pytest\.mark\.slow|IN_CHROMIUM)\b", re.MULTILINE)
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
DAC_OVERRIDE, DAC_READ_SEARCH = 1 << 1, 1 << 2

hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Keep `--dist loadfile` of xdist from beginning with the files of most tests, which are quick ones."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process one file after the other, but the tests of `APART` one by one."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    scheduling = LoadFileScheduling(config, log)
    file_of = scheduling._split_scope
    scheduling._split_scope = lambda test: test if test.startswith(APART) else file_of(test)
    return scheduling


def pytest_collection() -> None:
    """Collect no garbage while tests are collected: there is none, and looking takes a fifth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but look no more through torch and the tests themselves."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look once through all that is left for an error in a destructor: pytest would do it twice."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files without a test that is asked for: importing them takes longer than reading them."""
    if collection_path.suffix != ".py":
        return None
    text = collection_path.read_text(encoding="utf-8")
    asked = {"slow": SLOW.search(text), "not slow": not ALL_SLOW.search(text)}
    is_asked = asked.get(config.option.markexpr, True)
    return True if not is_asked or (sys.platform == "win32" and NEEDS_FORK in text) else None


@pytest.hookimpl(tryfirst=True)  # before marks deselect any
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    for path in {item.path for item in items if item.get_closest_marker("slow")}:
        if not SLOW.search(path.read_text(encoding="utf-8")):
            raise pytest.UsageError(
                f"{path} has slow tests. Write pytest.mark.slow in it, or -m slow leaves it out."
            )
    ranks = {ROOT / "tests" / file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


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
    """Return a function that runs `grade ARGUMENTS` in a folder."""
    return _runner(grade_cli.command, monkeypatch, capsys)


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `course ARGUMENTS` in a folder."""
    return _runner(course_cli.command, monkeypatch, capsys)


Copy = Callable[[Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def kept() -> dict[str, Path]:
    """Return folders that were made once, by the name of the function that made them."""
    return {}


@pytest.fixture
def copied(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Path]) -> Copy:
    """Make the folder of a test, as a copy of what a function makes once for all tests: `copied(make)`."""

    def copy(make: Callable[[Path], object]) -> Path:
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in kept:
            folder = tmp_path_factory.mktemp("once")
            make(folder)
            kept[name] = folder
        return Path(shutil.copytree(kept[name], tmp_path, dirs_exist_ok=True))

    return copy


@pytest.fixture
def own(tmp_path: Path, course: Run) -> Path:
    """Return a new course, as `course new` makes it."""
    folder = tmp_path / "own"
    assert course(tmp_path, "new", folder).code == 0
    return folder


@pytest.fixture(scope="session")
def shipped() -> LoadedCourse:
    """Return the course of this repository."""
    return load_course(ROOT)


@pytest.fixture
def ordinary() -> Iterator[None]:
    """Take away the right to read what a mode forbids, as from an ordinary user: also where root runs the tests."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, before = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    fewer = (ctypes.c_uint32 * 6)(*before)
    fewer[0] &= ~(DAC_OVERRIDE | DAC_READ_SEARCH)  # of those in effect; they stay permitted, and come back
    assert libc.capset(header, fewer) == 0
    yield
    assert libc.capset(header, before) == 0
