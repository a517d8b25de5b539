"""The examiner of `grade` and its fork server, which come from one process: what each of them holds."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no resource

import resource

import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.errors import SubmissionFault
from grader.examiner.process import ExaminerProcess, forget
from grader.examiner.submission import Request, Submission

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="processes are looked up in /proc")
PATIENCE = 300.0  # seconds after which a process that should begin counts as not begun
SECRET = "what only the command may know"


@pytest.fixture
def process(own: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExaminerProcess]:
    """Yield an examiner that was given an exercise with code, beside a file that this process holds open."""
    monkeypatch.setenv("A_SECRET", SECRET)
    held = os.open(own / "course.yaml", os.O_RDONLY)
    os.set_inheritable(held, True)
    with ExaminerProcess("grader.examiner.bench", "full", []) as started:
        started.tell(prepare(load_course(own).exercise("exercise-2"), None))
        yield started
    os.close(held)


def answer(process: ExaminerProcess) -> Any:
    """Return what the examiner answers, after whatever events."""
    until = time.monotonic() + PATIENCE
    return process.answer(lambda: until, lambda _event: None)[0]


def children_of(pid: int) -> list[int]:
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def has_imported(pid: int) -> bool:
    """Return whether a process has imported what examiners need: the compiled part of pydantic, for example."""
    return "pydantic_core" in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def server_of(pid: int) -> int:
    """Return the only child of the zygote's clean half, which is the only sibling of an examiner."""
    [clean] = set(children_of(parent_of(pid))) - {pid}
    [server] = children_of(clean)
    return server


def held_by(pid: int) -> list[str]:
    """Return what a process holds open, by kind: sockets, files that have no name any more, folders, devices."""
    found = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        kind, _, _ = target.partition(":[")
        found.append("file without a name" if target.endswith(" (deleted)") else kind)
    return sorted(found)


def test_a_lone_examiner_imports_for_itself_and_several_share_an_import() -> None:
    with ExaminerProcess("grader.examiner.bench", "full", [], "alone") as first:
        number = first.number(PATIENCE)
        zygote = parent_of(number)
        assert not has_imported(zygote)
        until = time.monotonic() + PATIENCE
        while not has_imported(number) and time.monotonic() < until:
            time.sleep(0.01)
        assert has_imported(number)
        with first.another() as second:
            assert parent_of(second.number(PATIENCE)) == zygote
            assert has_imported(zygote)
    forget("alone")


def test_an_examiner_begins_although_a_thousand_files_are_open() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("this user may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
    null = os.open(os.devnull, os.O_RDONLY)
    opened = [null, *(os.dup(null) for _ in range(1100))]
    try:
        with ExaminerProcess("grader.examiner.bench", "full", [], "many") as process:
            assert process.number(PATIENCE), process.last_words()
    finally:
        forget("many")
        for one in opened:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
def test_what_the_two_processes_hold(process: ExaminerProcess) -> None:
    process.tell(
        Request(Submission("exercise-2.py", b"import torch\ndef total(image):\n    return image.sum()\n"))
    )
    report = answer(process)
    assert report.score == report.points
    server = server_of(process.number(PATIENCE))

    own = held_by(process.number(0))
    folders = [name for name in own if "/torchgrade-" in name]
    # The lines to the command, to the fork server and to the clean half, and the leash of the fork server.
    assert own.count("socket") == 4
    # For what it and the fork server write to stderr, and for its last note.
    assert own.count("file without a name") <= 3
    assert set(own) <= {"socket", "file without a name", "/dev/null", *folders}
    assert all(Path(name).is_dir() for name in folders)

    others = held_by(server)
    assert others.count("socket") == 1
    # And the rules of Landlock, and the mounts without /proc, both for its workers.
    assert set(others) <= {"socket", "file without a name", "/dev/null", "anon_inode", "mnt"}


@pytest.mark.slow
def test_the_fork_server_knows_nothing_of_the_commands_environment(process: ExaminerProcess) -> None:
    process.tell(Request(Submission("exercise-2.py", b"")))
    answer(process)
    server = server_of(process.number(PATIENCE))
    for pid in (process.number(0), server):  # as they were started
        assert SECRET.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    searched = 0
    with Path(f"/proc/{server}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{server}/maps").read_text(encoding="utf-8").splitlines():
            bounds, rights, *_ = line.split()
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            if rights.startswith("rw"):
                memory.seek(start)
                content = memory.read(end - start)
                searched += len(content)
                assert SECRET.encode() not in content
    assert searched > 1 << 20


@pytest.mark.slow
def test_what_cannot_be_read_is_told_and_the_next_file_is_graded(process: ExaminerProcess) -> None:
    process.tell(Request(Submission("exercise-2.ipynb", b'{"cells": 5}')))
    assert isinstance(answer(process), SubmissionFault)
    process.tell(Request(Submission("exercise-2.py", b"def total(image):\n    return image.sum()\n")))
    assert answer(process).questions[-1].outcome == "passed"
    assert process.doing is None  # which ended with the answer, else a check of the next file would seem late
