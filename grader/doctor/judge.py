"""Whether an attack has won: everything that it could have gained.

An attack wins if it earns a point, if it changes anything in its world, if it leaves a file, shared memory, a
temporary folder or a process behind, if the grader fails or its memory grows, if the report reveals a secret
or a hidden input to its author, or if the next submission is graded differently. What may be a lucky guess
must be right twice. A hostile notebook also wins if reading it costs too much.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from grader.course.measured import PATIENCE_SECONDS
from grader.course.sitting import Sitting
from grader.doctor.cost import watched
from grader.doctor.stopping import layers_of
from grader.doctor.world import HONEST, REVEALED, World, left_by, state_of
from grader.errors import SubmissionFault
from grader.examiner.checks import CheckSuite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.worker.folders import remove
from grader.worker.garbage import YOUNG_OBJECTS
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import FULL
from grader.worker.prctl import adopt_orphans

_HONEST = ("target.py", HONEST.encode())
_REPEATS = 20  # of an attack whose guess was right: one that knows, if only now and then, is right again
_TRIES = 5  # of the honest submission, which a busy machine can slow down


@dataclass
class Bench:
    """Where attacks of one world are graded: a fork server, which is restarted when it is lost."""

    world: World
    suite: CheckSuite
    workers: Callable[[Sequence[str]], Workers] = FULL.workers
    server: Workers = field(init=False)
    expected: dict[str, Report] = field(default_factory=dict)  # of the honest submission, by exercise

    def __enter__(self) -> Self:
        adopt_orphans()
        self._start()
        gc.collect()
        gc.freeze()  # otherwise all of torch would be looked through twice for each attack
        self._threshold = gc.get_threshold()
        gc.set_threshold(YOUNG_OBJECTS)  # as an examiner does
        return self

    def __exit__(self, *_exception: object) -> None:
        gc.set_threshold(*self._threshold)
        gc.unfreeze()
        self.server.close()

    def _start(self) -> None:
        self.server = self.workers(self.world.course.record.packages)
        self.server.start()
        for name in self.world.sittings:
            if name not in self.expected:
                self.expected[name] = self._expected(name)

    def _expected(self, exercise: str) -> Report:
        """Return the report of the honest submission, which gets enough time on a busy machine, too."""
        return self._graded(self.world.sittings[exercise].paced(PATIENCE_SECONDS), *_HONEST)

    def restart(self) -> None:
        """Begin with another fork server."""
        self.server.close()
        self._start()

    def graded(self, exercise: str, name: str, content: bytes) -> Report:
        """Grade one file as `course grade` does."""
        return self._graded(self.world.sittings[exercise], name, content)

    def _graded(self, sitting: Sitting, name: str, content: bytes) -> Report:
        return grade(sitting, submission_of(name, content), self.server, self.suite).report

    def disturbed(self, exercise: str) -> bool:
        """Return whether the honest submission is now graded differently; a busy machine does not count."""
        expected = self.expected[exercise]
        for _ in range(_TRIES):
            found = self.graded(exercise, *_HONEST)
            if found == expected:
                return False
            if all(question.outcome != "timeout" for question in found.questions):
                return True
        return True


@dataclass(frozen=True)
class Judgement:
    """What an attack gained, and what stopped it: the layers, and its own words."""

    gains: tuple[str, ...]
    layers: tuple[str, ...]
    evidence: str


def judge(bench: Bench, exercise: str, files: Sequence[tuple[str, bytes]]) -> Judgement:
    """Grade the files of an attack, one after another, and look at everything that they could gain."""
    is_notebook = any(name.endswith(".ipynb") for name, _ in files)
    before, children = dict(state_of(bench.world)), _children()
    with watched(bench.server, is_notebook=is_notebook) as cost:
        reports, refused, broken = _hand_in(bench, exercise, files)
    gains = [
        *broken,
        *_told(bench.world, reports),
        *_guessed(bench, exercise, files, reports),
        *_left(bench, before, children),
        *cost.gains(),
    ]
    try:
        if broken:
            bench.restart()
        gains += ["the next submission was graded differently"] * bench.disturbed(exercise)
    except Exception as error:
        gains.append(f"the next submission broke the grader: {type(error).__name__}: {error}")
        bench.restart()
    evidence = "; ".join(refused) or _evidence(reports)
    return Judgement(tuple(gains), tuple(layers_of(reports, refused, evidence)), evidence)


def _hand_in(
    bench: Bench, exercise: str, files: Sequence[tuple[str, bytes]]
) -> tuple[list[Report], list[str], list[str]]:
    """Grade files one after another; return the reports, why files were refused, how the grader broke."""
    reports, refused, broken = [], [], []
    for name, content in files:
        try:
            reports.append(bench.graded(exercise, name, content))
        except SubmissionFault as fault:
            refused.append(str(fault))
        except Exception as error:
            broken.append(f"the grader broke: {type(error).__name__}: {error}")
    return reports, refused, broken


def _guessed(
    bench: Bench, exercise: str, files: Sequence[tuple[str, bytes]], reports: Sequence[Report]
) -> Iterator[str]:
    """Yield a gain if the reports tell the end of the hidden input, and do so again in a repetition.

    Ten guesses at four digits are right in one of a thousand runs, even if the attack has learned nothing.
    """

    def is_right(reports: Sequence[Report]) -> bool:
        return any(bench.world.guessed(report.model_dump_json()) for report in reports)

    if is_right(reports) and any(is_right(_hand_in(bench, exercise, files)[0]) for _ in range(_REPEATS)):
        yield REVEALED


def _told(world: World, reports: Sequence[Report]) -> Iterator[str]:
    """Yield what the reports reveal although they must not."""
    for report in reports:
        for question in report.questions:
            if question.score > 0:
                yield f"{question.id} earned {question.score:g}"
            if question.outcome == "ungraded":
                yield f"{question.id} is ungraded: {question.message}"
        yield from world.told(report.model_dump_json())


def _left(bench: Bench, before: dict[str, str], children: set[int]) -> Iterator[str]:
    """Yield what has changed and what is still there, and remove what is outside the world."""
    after = dict(state_of(bench.world))
    changed = sorted({name for name, _ in set(before.items()) ^ set(after.items())})
    temporary = str(bench.world.temporary)
    for name in changed:
        is_temporary = name.startswith(f"{temporary}/") and name not in before
        yield f"temporary file left: {name}" if is_temporary else f"changed: {name}"
    for path in left_by(bench.world):
        remove(path)
    for name in changed:  # another attack must not use the same folder
        if name.startswith(f"{temporary}/") and name not in before:
            remove(name)
    for pid in sorted(set(bench.server.children()) | _children() - children):
        yield f"left running: process {pid}"
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()


def _children() -> set[int]:
    """Return the processes that this one has started, and those that it adopted when their parents ended."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for file in lists for pid in file.read_text(encoding="ascii").split()}


def _evidence(reports: Sequence[Report]) -> str:
    """Return what an attack says about itself: the check of its text fails with it."""
    questions = (question for report in reports for question in report.questions)
    own = [question for question in questions if question.id == "evidence" and question.outcome == "failed"]
    return " ".join(" ".join(question.checks[0].message for question in own).split())
