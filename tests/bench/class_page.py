"""Writing the page about a large class: the whole command `course report --html`.

    python -m tests.bench.class_page [STUDENTS] [--rounds N]

A hundred students, right ones and ones with the usual mistakes, hand in every exercise of the shipped course and are graded; their rows in the
gradebook are then copied for as many others as it takes. Prints the median over the rounds (3), beside
`python -c "import torch"` in the same rounds; exit code 1 above 10 seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from grader.gradebook.store import Gradebook
from tests.bench.feedback_pages import seconds, write_course, write_submissions

STUDENTS = 100  # who are graded for real
MOST_SECONDS = 10.0
COPIES = (
    """insert into submission select id + :n * 1000000, student || '-' || :n, exercise, digest, file_name, content,
    problem from submission where id < 1000000""",
    """insert into attempt select id + :n * 1000000, submission_id + :n * 1000000, handed_in, is_late, seen
    from attempt where id < 1000000""",
    """insert into report select id + :n * 1000000, submission_id + :n * 1000000, created, variant, fingerprint,
    score, points, is_graded, is_applied, document, output from report where id < 1000000""",
)


def write_class(folder: Path, students: int) -> None:
    """Grade a class, and copy it until it is large enough."""
    course = write_course(folder)
    few = min(STUDENTS, students)
    write_submissions(course, few * len(course.record.exercises))
    seconds(folder, "grade", "submissions", "--roster", "roster.csv")
    with Gradebook(course.record.gradebook, course.root) as gradebook, gradebook.writing() as connection:
        for number in range(1, students // few):
            for copy in COPIES:
                connection.execute(text(copy), {"n": number})


def torch_seconds() -> float:
    """Return how long `import torch` takes."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("students", type=int, nargs="?", default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_class(folder, options.students)
        rounds = [
            (seconds(folder, "report", "--html", "class.html"), torch_seconds())
            for _ in range(options.rounds)
        ]
        size = (folder / "class.html").stat().st_size
    taken, torch = (statistics.median(one[which] for one in rounds) for which in (0, 1))
    print(
        f"{options.students} students: {taken:.1f} s, {taken / torch:.1f} times import torch, {size >> 10} KiB"
    )
    sys.exit(taken > MOST_SECONDS)


if __name__ == "__main__":
    main()
