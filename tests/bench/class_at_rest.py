"""Grading an unchanged class again: submissions per second, and the memory of the whole command by class size.

    python tests/bench/class_at_rest.py [SUBMISSIONS] [--sizes N,N,N] [--rounds N]

Each exercise of the shipped course is graded once for real; its report is then recorded for every student, in
bulk, and their files are written. Prints the median rate of ClassRun.look and of the whole `course grade`
process for SUBMISSIONS (10,000), and the peak memory of `course grade` for each of the sizes; exit code 1 if
it grows by more than a tenth from the first size.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected, Found
from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.demo.made_up import CLASS
from grader.digest import digest_of
from grader.engine.handed_in import HandedIn
from grader.examiner.outcome import Outcome
from grader.gradebook.rows import AttemptRow, ReportRow, SubmissionRow
from grader.gradebook.store import Gradebook

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [str(Path(sys.executable).parent / "course"), "grade"]
CHUNK = 1000  # submissions that are recorded at once
# Measured from a small process: a child's peak begins with that of whoever started it.
MEASURE = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(done.returncode, used.ru_maxrss // 1024, used.ru_utime + used.ru_stime)\n"
)


@dataclass(frozen=True)
class Stored:
    """A class on disk, of which the gradebook has every report."""

    course: LoadedCourse
    submissions: Path
    size: int


Examples = dict[str, tuple[bytes, Outcome]]


def graded(course: LoadedCourse) -> Examples:
    """Return a submission of each exercise with its report, by exercise."""
    contents = {
        name: CLASS[3].write(prepare(course.exercise(name), None), "python").encode()
        for name in course.record.exercises
    }

    def found(name: str) -> Found:
        return Found("ada", name, lambda: HandedIn("ada", name, f"{name}.py", contents[name]))

    grader = ClassGrader(course)
    with tempfile.TemporaryDirectory() as folder, Gradebook("sqlite:///first.db", Path(folder)) as gradebook:
        run = ClassRun(grader, gradebook, personal=False)
        list(run.look(map(found, contents)))
        return {
            outcome.report.exercise: (contents[outcome.report.exercise], outcome) for outcome in run.run()
        }


def store(folder: Path, size: int, examples: Examples) -> Stored:
    """Write and record a class: one submission a student and exercise, each file a little different."""
    for name in ("course.yaml", "exercises"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    course = load_course(folder)
    Gradebook(course.record.gradebook, course.root).__exit__()
    first = list(examples.items())
    submissions = folder / "submissions"
    with Gradebook(course.record.gradebook, course.root) as gradebook:
        for start in range(0, size, CHUNK):
            with gradebook.writing() as connection:
                rows = list(_written(submissions, first, range(start, min(start + CHUNK, size))))
                _record(connection, start, rows)
    return Stored(course, submissions, size)


def _written(
    submissions: Path, first: list[tuple[str, tuple[bytes, Outcome]]], numbers: range
) -> Iterator[tuple[str, str, bytes, Outcome]]:
    for number in numbers:
        student = f"student-{number // len(first):06}"
        exercise, (content, outcome) = first[number % len(first)]
        own = b"# %s\n%s" % (student.encode(), content)
        home = submissions / student
        if number % len(first) == 0:
            home.mkdir(parents=True)
        (home / f"{exercise}.py").write_bytes(own)
        yield student, exercise, own, outcome


def _record(connection: Connection, start: int, rows: list[tuple[str, str, bytes, Outcome]]) -> None:
    """Store what Gradebook.record keeps of each, many at once."""
    now = datetime.now(UTC)
    ids = range(start + 1, start + len(rows) + 1)
    files = [
        {"id": id_, "student": student, "exercise": exercise, "digest": digest_of(content),
         "file_name": f"{exercise}.py", "content": content, "problem": ""}
        for id_, (student, exercise, content, _) in zip(ids, rows, strict=True)
    ]  # fmt: skip
    attempts = [{"submission_id": id_, "handed_in": now, "is_late": False, "seen": now} for id_ in ids]
    reports = [
        {"submission_id": id_, "created": now, "variant": outcome.variant, "fingerprint": outcome.fingerprint,
         "score": outcome.report.score, "points": outcome.report.points, "is_graded": True, "is_applied": True,
         "document": outcome.report.model_copy(update={"student": student}).model_dump_json(), "output": b""}
        for id_, (student, _, _, outcome) in zip(ids, rows, strict=True)
    ]  # fmt: skip
    for table, values in ((SubmissionRow, files), (AttemptRow, attempts), (ReportRow, reports)):
        connection.execute(insert(table), values)


def look(stored: Stored) -> tuple[float, float]:
    """Return the seconds, and those of processor, of looking through the class in this process; nothing may be left to run."""
    course = load_course(stored.course.root)
    begin, used = time.perf_counter(), time.process_time()
    with Gradebook(course.record.gradebook, course.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        told = sum(1 for _ in run.look(Collected([stored.submissions], course.record.exercises, None)))
    assert (told, run.unchanged, run.left) == (stored.size, stored.size, 0), (told, run.left)
    return time.perf_counter() - begin, time.process_time() - used


def command(stored: Stored) -> tuple[float, float, int]:
    """Return the seconds, and those of processor, of the whole `course grade`, and its peak memory in MiB."""
    begin = time.perf_counter()
    measured = [sys.executable, "-S", "-c", MEASURE, *COMMAND, str(stored.submissions)]
    said = subprocess.run(measured, cwd=stored.course.root, capture_output=True, text=True, check=True).stdout
    code, peak, used = said.split()
    assert code == "0", code
    return time.perf_counter() - begin, float(used), int(peak)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("submissions", type=int, nargs="?", default=10_000)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    examples = graded(load_course(ROOT))
    with tempfile.TemporaryDirectory() as name:
        stored = store(Path(name).resolve(), options.submissions, examples)
        rounds = [(look(stored), command(stored)[:2]) for _ in range(options.rounds)]
    for part, label in enumerate(("ClassRun.look", "course grade")):
        wall, used = (statistics.median(one[part][which] for one in rounds) for which in (0, 1))
        print(
            f"{label:<14} {options.submissions:8} unchanged: {wall:6.2f} s, {options.submissions / wall:6.0f}/s; ",
            end="",
        )
        print(f"of processor {used:6.2f} s, {options.submissions / used:6.0f}/s")
    smallest = highest = 0
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            _, taken, peak = command(store(Path(name).resolve(), size, examples))
        smallest, highest = smallest or peak, max(highest, peak)
        print(
            f"course grade   {size:8} unchanged: {taken:6.2f} s of processor, peak {peak} MiB, {peak / smallest:.2f} x"
        )
    sys.exit(highest > 1.1 * smallest)


if __name__ == "__main__":
    main()
