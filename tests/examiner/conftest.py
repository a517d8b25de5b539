"""Small courses written for one test, and a fork server to grade with."""

from __future__ import annotations

import gc
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import own_way

REFERENCE = "def double(x):\n    return 2 * x\n\n\ndef double_up(x):\n    return 2 * x + 1\n"


@pytest.fixture(scope="session")
def server() -> Iterator[Workers]:
    """Yield a fork server that has imported torch."""
    with own_way().workers(["torch"]) as started:
        with warnings.catch_warnings():  # torch's own, at its first comparison
            warnings.simplefilter("ignore")
            torch.testing.assert_close(torch.ones(1), torch.ones(1))
        gc.freeze()  # pytest collects garbage after every run of checks, and torch makes that slow
        yield started
        gc.unfreeze()


@dataclass
class Bench:
    """A course of one exercise, called `name`, with code questions that are judged by the checks given here."""

    root: Path
    server: Workers
    questions: Sequence[str] = ("double",)
    points: float = 6
    checks: str = ""
    visible: str = ""
    reference: str = REFERENCE
    name: str = "e"
    packages: Sequence[str] = ("torch",)

    @property
    def folder(self) -> Path:
        """Where the exercise stands."""
        return self.root / "exercises" / self.name

    def course(self) -> LoadedCourse:
        """Return the course, newly written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        course = f"format: 1\ntitle: T\nseed: s\nexercises: [{self.name}]\n"
        course += "limits: {seconds: 60, memory_mib: 512}\n"
        course += f"packages: [{', '.join(self.packages)}]\n"
        (self.root / "course.yaml").write_text(course)
        lines = ["format: 1", "title: T", "questions:"]
        for name in self.questions:
            lines += [f"  - id: {name}", "    kind: code", f"    points: {self.points}"]
            lines += ["    prompt: Write it.", '    signature: "(x)"']
        (self.folder / "exercise.yaml").write_text("\n".join(lines))
        texts = {"reference.py": self.reference, "checks.py": self.checks, "visible_checks.py": self.visible}
        for file, text in texts.items():
            if text or file != "visible_checks.py":
                (self.folder / file).write_text(textwrap.dedent(text))
        return load_course(self.root)

    def collect(self) -> CheckSuite:
        """Return the checks, collected; they cannot be run any more."""
        suites: list[CheckSuite] = []
        with_suite(self.course(), [self.name], suites.append)
        return suites[0]

    def grade(self, *sources: str) -> list[Report]:
        """Return the reports of submissions, one after another against the same collected checks."""
        sitting = prepare(self.course().exercise(self.name), None)

        def work(suite: CheckSuite) -> list[Report]:
            files = [submission_of("e.py", textwrap.dedent(source).encode()) for source in sources]
            return [grade(sitting, file, self.server, suite).report for file in files]

        return with_suite(self.course(), [self.name], work)


@pytest.fixture
def bench(tmp_path: Path, server: Workers) -> Callable[..., Bench]:
    """Make a Bench: `bench(checks="...")`."""

    def make(**settings: object) -> Bench:
        return Bench(tmp_path, server, **settings)  # type: ignore[arg-type]

    return make
