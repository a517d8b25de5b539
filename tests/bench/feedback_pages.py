"""Writing feedback pages, beside grading the same submissions.

    python tests/bench/feedback_pages.py [PAGES] [--rounds N]

PAGES (500) submissions to the shipped course, each with its own variant: right, half done, and with every usual
mistake, so that most pages have figures. Everything is released. Each round times `course grade` on a new
gradebook and then `course feedback`, as whole commands. Prints the medians over the rounds (3) and the ratio;
exit code 1 if the pages take more than half the time of grading.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.demo.made_up import CLASS
from grader.tables import table_text

ROOT = Path(__file__).resolve().parents[2]
COURSE = str(Path(sys.executable).parent / "course")
MOST = 0.5  # of the time of grading
STORIES = ("right", "every other", "forget", "rounds", "ignores", "swaps", "pads", "flips")
RELEASE = "release: {score: at_once, messages: at_once, explanation: at_once, checks: at_once}\n"


def write_course(folder: Path) -> LoadedCourse:
    """Copy the shipped course, with everything released."""
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    text = (ROOT / "course.yaml").read_text(encoding="utf-8")
    (folder / "course.yaml").write_text(text + RELEASE, encoding="utf-8")
    return load_course(folder)


def write_submissions(course: LoadedCourse, pages: int) -> None:
    """Write files of as many students as it takes, and a roster of them."""
    exercises = course.exercises()
    people = cycle([one for one in CLASS if any(word in one.story for word in STORIES)])
    students = [f"student-{number:04}" for number in range(-(-pages // len(exercises)))]
    for student, person in zip(students, people, strict=False):
        home = course.root / "submissions" / student
        home.mkdir(parents=True)
        for exercise in exercises:
            text = person.write(prepare(exercise, student), "python")
            (home / f"{exercise.name}.py").write_text(text, encoding="utf-8")
    (course.root / "roster.csv").write_text(table_text([["student"], *([one] for one in students)]))


def seconds(folder: Path, *command: str) -> float:
    """Return how long a command takes."""
    begin = time.perf_counter()
    done = subprocess.run([COURSE, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return time.perf_counter() - begin


def one_round(folder: Path) -> tuple[float, float]:
    """Return the seconds of grading, and of the feedback on it."""
    for file in folder.glob("gradebook.db*"):
        file.unlink()
    shutil.rmtree(folder / "OUT", ignore_errors=True)
    graded = seconds(folder, "grade", "submissions", "--roster", "roster.csv")
    return graded, seconds(folder, "feedback", "OUT")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", type=int, nargs="?", default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_submissions(write_course(folder), options.pages)
        rounds = [one_round(folder) for _ in range(options.rounds)]
        pages = len(list((folder / "OUT").glob("*/*.html")))
    graded, written = (statistics.median(one[which] for one in rounds) for which in (0, 1))
    ratio = statistics.median(after / before for before, after in rounds)
    print(f"{pages} pages in {written:.1f} s, graded in {graded:.1f} s: {ratio:.2f} of the time of grading")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
