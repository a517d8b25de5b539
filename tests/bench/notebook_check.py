"""How long `check` takes in a notebook, in JupyterLab's kernel, beside a warm process that grades the same file.

    python -m tests.bench.notebook_check [ROUNDS]

Needs nbclient and ipykernel. For a quiz and an exercise of code, prints the milliseconds of the first `check()`
in a kernel, the median of the later ones, that of a warm examiner without notebook and helper, which is the
time of the fork and the checks, and the median of the differences round by round. Last it prints what
`import grader` costs: the median difference between starting Python with and without it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.handout.generation import generate
from grader.handout.stubs import answered
from grader.service.early import started_for
from grader.service.student import examiner_of
from tests.notebook.lab import cell, opened

ROOT = Path(__file__).resolve().parents[2]
LABELS = {"exercise-3": "quiz", "exercise-8": "code"}


def milliseconds(call: Callable[[], object]) -> float:
    """Return the time of a call."""
    begin = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begin)


def measure(folder: Path, exercise: str, rounds: int) -> None:
    """Measure one exercise and print a line."""
    file = folder / f"{exercise}.ipynb"
    os.environ["JPY_SESSION_NAME"] = str(file)
    os.chdir(folder)
    with (
        opened(file) as lab,
        started_for(exercise, file) as process,
        examiner_of(folder, process, exercise, file, print) as examiner,
    ):
        ask = cell("check()", "ask")
        lab.run(cell("from grader import check", "import"))
        first = milliseconds(lambda: lab.run(ask))
        examiner.grade()
        pairs = [(milliseconds(lambda: lab.run(ask)), milliseconds(examiner.grade)) for _ in range(rounds)]
    later, warm = (statistics.median(times) for times in zip(*pairs, strict=True))
    difference = statistics.median(one - other for one, other in pairs)
    label = f"{exercise}, {LABELS[exercise]}"
    print(f"{label:<18} {first:9.0f} {later:9.0f} {warm:9.0f} {difference:11.0f}")


def import_milliseconds(rounds: int) -> float:
    """Return the median of what `import grader` adds to the start of Python."""

    def started(program: str) -> float:
        return milliseconds(lambda: subprocess.run([sys.executable, "-c", program], check=True))

    started("import grader")  # warms the disk
    return statistics.median(started("import grader") - started("pass") for _ in range(rounds))


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    course = load_course(ROOT)
    print(f"{'milliseconds':<18} {'first':>9} {'later':>9} {'warm':>9} {'difference':>11}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(course, folder, None, "notebook", "practice")
        for exercise in LABELS:
            sitting = prepare(course.exercise(exercise), None)
            text = answered(sitting, solutions(sitting), "notebook")
            (folder / f"{exercise}.ipynb").write_text(text, encoding="utf-8")
            measure(folder, exercise, rounds)
        os.chdir(ROOT)
    print(f"import grader: {import_milliseconds(rounds):.0f}")


if __name__ == "__main__":
    main()
