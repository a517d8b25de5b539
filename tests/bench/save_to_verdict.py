"""What a save costs with `grade --watch`: from the save to the page, beside a confined fork plus the checks.

    python tests/bench/save_to_verdict.py [EXERCISE] [ROUNDS]

A right file of a shipped exercise is saved again and again, as an editor does it: a new file is renamed over
it. Beside each save, in the same process, a confined worker is forked, loads the same file, and the same
checks are run in it. Prints medians in milliseconds, and the median of the ratios:
(save to page - the checks) / a confined fork.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

from rich.console import Console

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.course.solutions import solutions
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_checks
from grader.examiner.grading import mark_answer, run_checks, session_of
from grader.examiner.submission import submission_of
from grader.handout.generation import generate
from grader.handout.stubs import answered
from grader.render.terminal import WatchedPage
from grader.service.desk import Desk
from grader.service.early import started_for
from grader.service.saves import looks
from grader.worker.forkserver import ForkServer
from tests.conftest import ROOT


def floor(server: ForkServer, suite: CheckSuite, sitting: Sitting, content: bytes) -> tuple[float, float]:
    """Return the seconds of a confined fork that loads a file, and of the checks in it."""
    paper, begin = sitting.paper, time.perf_counter()
    with session_of(sitting, submission_of("exercise.py", content), server, paper.limits) as session:
        session.fetch(paper.questions[0].id)
        loaded = time.perf_counter()
        code = [posed for posed in paper.questions if posed.id in sitting.code_questions]
        for posed in paper.questions:
            if posed not in code:
                mark_answer(sitting, posed, session)
        run_checks(sitting, code, {posed.id: session for posed in code}, suite)
        checked = time.perf_counter()
    return loaded - begin + time.perf_counter() - checked, checked - loaded


def saved(desk: Desk, exercise: str, content: bytes, due: Iterator[None]) -> tuple[float, float]:
    """Return the seconds from a save to the page, and of these the seconds of grading."""
    file = desk.file(exercise)
    new = file.with_suffix(".new")
    new.write_bytes(content)
    begin = time.perf_counter()
    new.replace(file)
    while next(due) or not desk.saved([exercise]):
        pass
    noticed = time.perf_counter()
    report = desk.grade(exercise)
    graded = time.perf_counter()
    assert report.is_full, report
    page = WatchedPage(report, desk.paper(exercise).title, desk.hints(exercise))
    Console(file=io.StringIO(), width=80, height=24, force_terminal=True).print(page)
    return time.perf_counter() - begin, graded - noticed


def measure(exercise: str, rounds: int, folder: Path) -> None:
    """Measure one exercise and print."""
    course = load_course(ROOT)
    generate(course, folder, None, "python", "practice")
    os.chdir(folder)
    sitting = prepare(course.exercise(exercise), None)
    content = answered(sitting, solutions(sitting), "python").encode()
    Path(f"{exercise}.py").write_bytes(content)
    packages = [name for name in ("torch", "numpy") if name.encode() in content]

    def work(suite: CheckSuite) -> None:
        with ForkServer(packages) as server, started_for(exercise, None) as process:
            print("isolation:", ", ".join(server.isolation))
            with Desk(folder, process, print) as desk:
                due = looks(desk.folders)
                next(due), desk.saved([exercise])
                pairs = [
                    (*saved(desk, exercise, content, due), *floor(server, suite, sitting, content))
                    for _ in range(rounds + 3)
                ][3:]
        tell(exercise, pairs)

    with_checks({exercise: course.exercise(exercise).folder}, {exercise: sitting.code_questions}, work)


def tell(exercise: str, pairs: list[tuple[float, float, float, float]]) -> None:
    """Print the medians."""
    names = ("save to page", "of which grading", "confined fork", "checks")
    for name, column in zip(names, zip(*pairs, strict=True), strict=True):
        print(f"{exercise}: {name:<18}{1000 * statistics.median(column):8.1f} ms")
    ratio = statistics.median((whole - checks) / fork for whole, _, fork, checks in pairs)
    print(f"{exercise}: {'ratio':<18}{ratio:8.2f}")


def main() -> None:
    """Measure in a folder of its own."""
    exercise = sys.argv[1] if len(sys.argv) > 1 else "exercise-8"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with tempfile.TemporaryDirectory() as folder:
        measure(exercise, rounds, Path(folder).resolve())


if __name__ == "__main__":
    main()
