"""An attack that wins is reported, in each way in which one can win."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.doctor import cost, judge
from grader.doctor.attacks import Attack, load_attacks, run_attacks
from grader.doctor.judge import Bench, Judgement
from grader.doctor.world import PLAIN, WRITING, World, left_by, make_world
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.report import Report
from grader.worker.forkserver import ForkServer

pytestmark = pytest.mark.slow

SHM = "import ctypes\nctypes.CDLL(None).shmget(@KEY@, 4096, 0o1600)\n"
REMOVE_SHM = "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmctl(libc.shmget(@KEY@, 4096, 0o600), 0, 0)\n"
ORPHAN = "import os, time\nif os.fork() == 0:\n    {}\n    time.sleep(600)\n"
FIRST = """
import os
def double(x):
    if isinstance(x, int) and x > 10**8:
        os.mkdir(f"@PLACE@/{TEXT}")
"""
SECOND = "import os\nraise ValueError('the input ' + os.listdir('@PLACE@')[0])\n"
ITS_END = FIRST.replace("TEXT", "'ends in ' + str(x)[-4:]")
ONE_IN = """
import os
place = '@PLACE@'
count = len(os.listdir(place))
os.mkdir(f"{place}/z{count}")  # sorted after what the first file leaves
raise ValueError('a wrong guess' if (count - 1) % EACH else 'the input ' + sorted(os.listdir(place))[0])
"""
NOTEBOOK = '{"nbformat": 4, "metadata": {}, "cells": []}'
# What is handed in where workers are not confined, and the gain that it must be reported with.
PLANTED = {
    "nothing": ("evidence = 'I gave up: Operation not permitted'\n", None),
    "all points": ("def double(x):\n    return 2 * x\n", "double earned 2"),
    "some points": ("def double(x):\n    return 6\n", "double earned 0.4"),
    "a file": ("import os\nos.unlink('@VICTIM@')\n", "changed: .*/victim/target.py"),
    "a new file": ("import os\nos.mkdir('@OUTSIDE@/new')\n", "changed: .*/outside/new"),
    "elsewhere": ("import os\nos.mkdir('/tmp/attack-left')\n", "changed: /tmp/attack-[0-9a-f]{8}-left"),
    "in memory": (
        "import os\nos.mkdir('/dev/shm/attack-left')\n",
        "changed: /dev/shm/attack-[0-9a-f]{8}-left",
    ),
    "shared memory": (SHM, "changed: /proc/sysvipc/shm"),
    "without shared memory": (REMOVE_SHM, "changed: /proc/sysvipc/shm"),
    "a folder": (
        "import os\nos.mkdir('@COURSE@/../tmp/torchgrade-left')\n",
        "temporary file left: .*/torchgrade-left",
    ),
    "a process": (ORPHAN.format("pass"), "left running: process [0-9]+"),
    "a daemon": (ORPHAN.format("os.setsid()"), "left running: process [0-9]+"),
    "the secret": ("evidence = open('@GRADEBOOK@.secret').read()\n", "the report reveals the secret"),
    "the input": ((FIRST.replace("TEXT", "x"), SECOND), "the report reveals a hidden input"),
    "its end": ((ITS_END, SECOND), "the report reveals a hidden input"),
    "its end once in three": ((ITS_END, ONE_IN.replace("EACH", "3")), "the report reveals a hidden input"),
    "a lucky guess": ((ITS_END, ONE_IN.replace("EACH", "1000")), None),
    "the server": ("import os\nos.kill(os.getppid(), 9)\n", "the grader broke: WorkerFault"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("world").resolve())
    (made.root / "gradebook.db.secret").write_text(str(made.secret), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(made.temporary))
        yield made


@dataclass
class Seen:
    """What was seen at one bench, where a layer is broken: its workers are not confined."""

    verdicts: dict[str, Judgement] = field(default_factory=dict)
    expected: dict[str, Report] = field(default_factory=dict)
    tampered: dict[str, tuple[str, ...]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(world: World, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    found = Seen()

    def work(suite: CheckSuite) -> None:
        with Bench(world, suite, partial(ForkServer, confine=False)) as bench:
            found.expected |= bench.expected
            for name, (planted, _) in PLANTED.items():
                place = str(tmp_path_factory.mktemp("outside-of-the-world"))
                sources = [planted] if isinstance(planted, str) else planted
                filled = [world.replaced(source.replace("@PLACE@", place)).encode() for source in sources]
                found.verdicts[name] = judge.judge(bench, PLAIN, [("target.py", one) for one in filled])
            found.tampered |= tampered(bench)

    with_suite(world.course, [PLAIN, WRITING], work)
    return found


def tampered(bench: Bench) -> dict[str, tuple[str, ...]]:
    """Return the gains of harmless files, at a bench where what they could have done to it is done."""
    found: dict[str, tuple[str, ...]] = {}
    kept: list[bytes] = []
    expected, graded = bench.expected[PLAIN], bench.graded

    def gains(name: str = "target.py", content: bytes = b"x = 1\n") -> tuple[str, ...]:
        return judge.judge(bench, PLAIN, [(name, content)]).gains

    def growing(*given: Any) -> Report:
        kept.append(bytes([1]) * (200 << 20))
        return graded(*given)

    def ungraded(*given: Any) -> Report:
        report = graded(*given)
        first = report.questions[0].model_copy(update={"outcome": "ungraded", "message": "It broke."})
        return report.model_copy(update={"questions": (first,)})

    bench.expected[PLAIN] = expected.model_copy(update={"score": 0.0})
    found["differs"] = gains()
    bench.expected[PLAIN] = expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "graded", growing)
        found["grows"] = gains()
        kept.clear()
        patch.setattr(bench, "graded", ungraded)
        found["ungraded"] = gains()
    found["a notebook"] = gains("target.ipynb", NOTEBOOK.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "READ_SECONDS", 0.0)
        patch.setattr(cost, "READ_MIB", -1)
        found["a costly notebook"] = gains("target.ipynb", NOTEBOOK.encode())
    return found


def test_an_attack_that_gains_nothing(seen):
    assert seen.verdicts["nothing"] == Judgement((), ("seccomp",), "I gave up: Operation not permitted")
    assert seen.verdicts["a lucky guess"].gains == ()


@pytest.mark.parametrize("name", [name for name, (_, gain) in PLANTED.items() if gain])
def test_an_attack_that_wins_is_reported(world, seen, name):
    gains = list(seen.verdicts[name].gains)
    if name == "the server":
        assert gains.pop().startswith("left running")  # a worker whose server died
    assert len(gains) == 1
    assert re.match(str(PLANTED[name][1]), gains[0])
    assert not list(left_by(world))


def test_the_honest_earn_their_points(seen):
    assert set(seen.expected) == {PLAIN, WRITING}
    for report in seen.expected.values():
        assert {q.id: q.score for q in report.questions if q.score} == {
            "size": 2,
            "double": 2,
            "smooth": 3,
            "items": 2,
            "square": 2,
            "net": 2,
        }


def test_what_an_attack_does_to_the_examiner_is_reported(seen):
    found = seen.tampered
    assert found["differs"] == ("the next submission was graded differently",)
    assert any(re.fullmatch("the examiner keeps [0-9]+ MiB", gain) for gain in found["grows"])
    assert found["ungraded"] == (
        "secret is ungraded: It broke.",
        "the next submission was graded differently",
    )
    assert found["a notebook"] == ()
    costly = {re.sub("[0-9.]+", "N", gain) for gain in found["a costly notebook"]}
    assert costly >= {"reading it took N s", "the examiner took N MiB"}


def test_a_lane_that_dies_is_a_win_and_ends_no_other(tmp_path):
    """The first attack kills what judges it, while its notebook is made."""
    for name, source in (("a", "import os\nos._exit(7)"), ("b", "def notebook():\n    return b'{}'")):
        (tmp_path / "planted" / name).mkdir(parents=True)
        (tmp_path / "planted" / name / "notebook.py").write_text(f'"""It tries."""\n{source}\n')
    heard: list[Attack] = []
    results = run_attacks(load_attacks(tmp_path), lambda result: heard.append(result.attack), lanes=1)
    assert [result.gains for result in results] == [("the examiner's process ended with 7",), ()]
    assert results[1].layers == ("reader",)
    assert [attack.name for attack in heard] == ["a", "b"]
