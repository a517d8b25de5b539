"""Files of an exercise are where student code works, under their names, and are read-only there."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker.client import Worker
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import WAYS
from tests.worker.test_client import PATIENCE, file_of, value_of
from tests.worker.test_scratch import without_tmpfs  # noqa: F401 a fixture

LIMITS = WorkerLimits(memory=1 << 30, cpu=60)
WRITING = WorkerLimits(memory=1 << 30, cpu=60, scratch=1 << 20)
TRIED = """
import os

def tried(way):
    try:
        way()
    except OSError:
        return "refused"
    return "worked"

x = repr([
    sorted(os.listdir(".")),
    open("table.csv").read(),
    tried(lambda: open("table.csv", "w")),
    tried(lambda: os.remove("table.csv")),
    tried(lambda: os.rename("table.csv", "other.csv")),
    tried(lambda: open("own.txt", "w")),
    open("table.csv").read(),
])
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "table.csv").write_text("1,2\n", encoding="utf-8")
    (folder / "table.csv").chmod(0o444)
    return folder


def answer(worker: Worker, source: str = TRIED) -> Any:
    """Return what a submission calls x."""
    lists = {"names": ["x"], "skip": [], "packages": [], "families": []}
    request = {"op": "load", "file": "e.py", "starters": {"x": "..."}, **lists}
    worker.ask(request, PATIENCE, file_of(source), lambda _notice: PATIENCE)
    return ast.literal_eval(value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE)))


def test_a_file_is_there_and_can_only_be_read(server: ForkServer, files: Path) -> None:
    with server.fork(LIMITS, files) as worker:
        names, before, *tries, after = answer(worker)
    assert (names, before, after) == (["table.csv"], "1,2\n", "1,2\n")
    assert set(tries) == {"refused"}


def test_beside_a_file_others_can_be_written(server: ForkServer, files: Path) -> None:
    with server.fork(WRITING, files) as worker:
        names, before, *tries, own, after = answer(worker)
    assert (names, before, after) == (["table.csv"], "1,2\n", "1,2\n")
    assert (set(tries), own) == ({"refused"}, "worked")


def test_also_where_nothing_can_be_mounted(without_tmpfs: ForkServer, files: Path) -> None:  # noqa: F811
    with without_tmpfs.fork(WRITING, files) as worker:
        _, before, *tries, own, after = answer(worker)
    assert (before, after) == ("1,2\n", "1,2\n")
    assert (set(tries), own) == ({"refused"}, "worked")


@pytest.mark.parametrize("limits", [LIMITS, WRITING])
def test_a_plain_process_has_copies(files: Path, limits: WorkerLimits) -> None:
    workers: Workers
    with WAYS["process"].workers([]) as workers, workers.fork(limits, files) as worker:
        assert answer(worker, "x = repr(open('table.csv').read())") == "1,2\n"
    assert (files / "table.csv").read_text(encoding="utf-8") == "1,2\n"


def test_the_next_worker_sees_nothing_of_it(server: ForkServer, files: Path) -> None:
    with server.fork(WRITING, files) as worker:
        answer(worker)
    with server.fork(WRITING) as worker:
        assert answer(worker, "import os\nx = repr(os.listdir('.'))") == []
