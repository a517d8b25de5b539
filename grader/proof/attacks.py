"""Attacks on the grader, run for real: each is graded in a small world with a secret, and must gain nothing.

An attack is a folder `FAMILY/NAME/` with a `submission.py` whose docstring says in a sentence what it tries.
Before it is graded, @COURSE@, @VICTIM@, @GRADEBOOK@, @EXAMINER@ and @OUTSIDE@ in it are replaced by where the
course, another student's file, the gradebook and a writable folder lie, and by the examiner's process number:
an attacker is taken to know all that. It wins if it earns a point, if anything in that world has changed, if
there is a file `attack-*` in a folder for temporary files or in the home folder, if a process or shared
memory is left, or if the next submission is graded differently. It may leave a text in `evidence`: what
stopped it.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.errors import SubmissionFault
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.session import Session, StudentError
from grader.examiner.submission import Submission, parse_submission
from grader.worker.launcher import ForkServer
from grader.worker.temporary import Folder

EXERCISE = "target"
_SHARED = (Path("/dev/shm"), Path("/dev/mqueue"))  # noqa: S108 what must stay as it is
_IPC = tuple(Path("/proc/sysvipc") / name for name in ("shm", "sem", "msg"))

_COURSE = """
format: 1
title: A target
seed: target
exercises: [target]
packages: [torch, numpy]
limits: {seconds: 1, memory_mib: 512, result_mib: 16}
"""
_EXERCISE = """
format: 1
title: A target
questions:
  - {id: secret, kind: number, points: 3, prompt: A number that nobody can know., answer: SECRET}
  - {id: size, kind: output-size, points: 2, prompt: A size., layer: "Conv2d(1, 1, 2)", input: [1, 1, 4, 9]}
  - {id: scale, kind: code, points: 5, prompt: Multiply by a number that nobody can know., signature: (x)}
  - {id: double, kind: code, points: 2, prompt: Multiply by two., signature: (x)}
"""
_REFERENCE = """
FACTOR = SECRET


def scale(x):
    return x * FACTOR


def double(x):
    return 2 * x
"""
_CHECKS = """
import torch
from torch.testing import assert_close


def test_scale_ones(student, reference):
    x = torch.ones(3)
    assert_close(student.scale(x), reference.scale(x))


def test_scale_matrix(student, reference):
    x = torch.arange(6.0).reshape(2, 3)
    assert_close(student.scale(x), reference.scale(x))


def test_scale_number(student, reference):
    assert student.scale(2) == reference.scale(2)


def test_double(student, reference):
    x = torch.arange(4.0)
    assert_close(student.double(x), reference.double(x))
"""
HONEST = """
size = (3, 8)


def double(x):
    return 2 * x
"""


@dataclass(frozen=True)
class Attack:
    """One attack: its family, its name, what it tries, and its source."""

    family: str
    name: str
    sentence: str
    source: str


@dataclass(frozen=True)
class AttackResult:
    """How an attack ended; `gains` is empty if it was defeated."""

    attack: Attack
    gains: tuple[str, ...]
    stopped_by: str


@dataclass(frozen=True)
class World:
    """Everything that an attack can know of, and what is graded in it."""

    root: Path
    course: LoadedCourse
    sitting: Sitting

    def replaced(self, source: str) -> str:
        """The source with the places of this world in it."""
        places = {
            "@COURSE@": self.root / "course",
            "@VICTIM@": self.root / "submissions" / "victim" / "target.py",
            "@GRADEBOOK@": self.root / "gradebook.db",
            "@OUTSIDE@": self.root / "outside",
            "@EXAMINER@": os.getpid(),
        }
        for placeholder, place in places.items():
            source = source.replace(placeholder, str(place))
        return source


def load_attacks(folder: Path) -> list[Attack]:
    """The attacks in a folder, by family and name."""
    attacks = []
    for file in sorted(folder.glob("*/*/submission.py")):
        source = file.read_text(encoding="utf-8")
        sentence = ast.get_docstring(ast.parse(re.sub("@[A-Z]+@", "0", source))) or ""
        attacks.append(Attack(file.parent.parent.name, file.parent.name, sentence.partition("\n")[0], source))
    return attacks


def run_attacks(attacks: Sequence[Attack], tell: Callable[[AttackResult], None]) -> list[AttackResult]:
    """Grade each attack in one world, an honest submission after each; `tell` hears of each when done."""
    with Folder("attacks") as folder:
        world = make_world(folder.path.resolve())

        def work(suite: CheckSuite) -> list[AttackResult]:
            with ForkServer(world.course.record.packages) as server:
                honest = parse_submission("target.py", HONEST.encode())
                expected = grade(world.sitting, honest, server, suite).report
                results = []
                for attack in attacks:
                    results.append(_run(world, attack, server, suite, (honest, expected)))
                    tell(results[-1])
                return results

        return with_suite(world.course, [EXERCISE], work)


def make_world(root: Path) -> World:
    """A world in an empty folder, with a secret that is drawn anew."""
    secret = secrets.randbelow(10**6) + 2
    exercise = root / "course" / "exercises" / EXERCISE
    exercise.mkdir(parents=True)
    (root / "course" / "course.yaml").write_text(_COURSE, encoding="utf-8")
    for name, text in (("exercise.yaml", _EXERCISE), ("reference.py", _REFERENCE), ("checks.py", _CHECKS)):
        (exercise / name).write_text(text.replace("SECRET", str(secret)), encoding="utf-8")
    victim = root / "submissions" / "victim"
    victim.mkdir(parents=True)
    (victim / "target.py").write_text(f"secret = {secret}\n", encoding="utf-8")
    (root / "gradebook.db").write_bytes(b"a gradebook")
    (root / "outside").mkdir(mode=0o777)
    course = load_course(root / "course")
    return World(root, course, prepare(course.exercise(EXERCISE), None))


def _run(
    world: World, attack: Attack, server: ForkServer, suite: CheckSuite, honest: tuple[Submission, Report]
) -> AttackResult:
    try:
        submission = parse_submission("target.py", world.replaced(attack.source).encode())
    except SubmissionFault as fault:
        return AttackResult(attack, (), str(fault))
    before = dict(state_of(world.root))
    report = grade(world.sitting, submission, server, suite).report
    gains = [f"{q.id} earned {q.score:g}" for q in report.questions if q.score > 0]
    changed = sorted({name for name, _ in set(before.items()) ^ set(dict(state_of(world.root)).items())})
    gains += [f"changed: {name}" for name in changed]
    gains += [f"left running: process {pid}" for pid in server.children()]
    submission_after, expected = honest
    if grade(world.sitting, submission_after, server, suite).report != expected:
        gains.append("the next submission was graded differently")
    return AttackResult(attack, tuple(gains), _stopped_by(world, submission, server, report))


def _stopped_by(world: World, submission: Submission, server: ForkServer, report: Report) -> str:
    """What the attack itself says, or else how it ended."""
    paper = world.sitting.paper
    starters = {"evidence": "", **{question.id: question.starter for question in paper.questions}}
    with (
        Session(server, submission, starters, paper.packages, paper.limits) as session,
        contextlib.suppress(StudentError),
    ):
        evidence = session.fetch("evidence")
        if isinstance(evidence, str) and evidence:
            return " ".join(evidence.split())[:200]
    outcomes = {question.outcome for question in report.questions} - {"unanswered"}
    return ", ".join(sorted(outcomes)) or "it had nothing to show"


def state_of(root: Path) -> Iterator[tuple[str, str]]:
    """Everything outside of a worker that an attack could leave a trace in."""
    for place in _SHARED:
        yield from ((str(path), "there") for path in place.glob("*attack*"))
    for place in (root,):
        for folder, _, names in os.walk(place):
            for path in (Path(folder), *(Path(folder) / name for name in names)):
                with contextlib.suppress(OSError):
                    status = path.lstat()
                    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
                    yield str(path), f"{status.st_mode} {status.st_uid} {hashlib.sha256(content).hexdigest()}"
    for place in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path.home()):  # noqa: S108
        yield from ((str(path), "there") for path in place.glob("attack-*"))
    for file in _IPC:
        if file.exists():
            rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
            yield str(file), " ".join(row[1] for row in rows if not _is_of_a_neighbour(rows[0], row))


def _is_of_a_neighbour(header: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a program that is no worker made this shared memory: it is alive, and a worker has ended."""
    if row == header or "cpid" not in header:
        return False
    return Path("/proc", row[list(header).index("cpid")]).exists()
