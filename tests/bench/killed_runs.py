"""`course grade` killed again and again ends with the gradebook of an undisturbed run.

    python tests/bench/killed_runs.py [SUBMISSIONS] [KILLS] [--seed N]

Grades SUBMISSIONS (1000) small ones in one go; then again into another gradebook, with SIGKILL sent KILLS (50)
times at random moments: to the command itself, which is then typed again, or to one of the processes below it.
Prints how many submissions ended with another report, score, number of attempts or of reports, and what is left;
exit code 1 if anything is.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

COURSE = Path(sys.executable).parent / "course"
PR_SET_CHILD_SUBREAPER = 36
KINDS = ("zygote", "lane", "fork server", "worker")
TIDY_SECONDS = 5.0  # that processes get to end after the last command
COURSE_YAML = """
format: 1
title: Small
seed: small
exercises: [small]
packages: []
limits: {seconds: 5, memory_mib: 256}
"""
EXERCISE_YAML = """
format: 1
title: Small
questions:
  - {id: size, kind: number, points: 1, prompt: "What is two and two?", answer: 2 + 2}
  - {id: double, kind: code, points: 2, prompt: Multiply by two., signature: (x)}
"""
REFERENCE = "def double(x):\n    return 2 * x\n"
CHECKS = """
def test_double_number(student, reference):
    assert student.double(21) == reference.double(21)


def test_double_text(student, reference):
    assert student.double("a") == reference.double("a")
"""
DOUBLES = ("2 * x", "x + 21", "x / 0", "[x] * 2")  # right; right for one check; raises; wrong

Row = tuple[int, int, int, int, tuple[str, int, int]]
Rows = dict[str, Row]


def write_course(folder: Path, size: int) -> None:
    """Write a small course, and a class whose files are all different."""
    exercise = folder / "exercises" / "small"
    exercise.mkdir(parents=True)
    (folder / "course.yaml").write_text(COURSE_YAML, encoding="utf-8")
    for name, text in (("exercise.yaml", EXERCISE_YAML), ("reference.py", REFERENCE), ("checks.py", CHECKS)):
        (exercise / name).write_text(text, encoding="utf-8")
    for number in range(size):
        home = folder / "submissions" / f"student-{number:05}"
        home.mkdir(parents=True)
        source = (
            f"size = {4 + number % 3}\n\n\ndef double(x):\n    return {DOUBLES[number % 4]}  # {number}\n"
        )
        (home / "small.py").write_text(source, encoding="utf-8")


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start `course grade`."""
    command = [str(COURSE), "grade", "submissions"]
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def below(pid: int) -> Iterator[tuple[int, str]]:
    """Return every process below one, with what it is."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for word in (task / "children").read_text(encoding="ascii").split():
                yield int(word), kind_of(int(word))
                yield from below(int(word))


def kind_of(pid: int) -> str:
    """Return which of the grader's processes this is: a worker is a fork of its server, and has its command line."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        if "grader.worker.start" in words:
            generation = 0  # the clean half of a zygote counts as a lane: fork servers are below it
            while "grader.worker.start" in Path(f"/proc/{parent}/cmdline").read_bytes().decode().split("\0"):
                parent = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1]
                generation += 1
            return ("zygote", "lane", "fork server", "worker")[generation]
        if "grader.worker.server" in words:
            above = Path(f"/proc/{parent}/cmdline").read_bytes().decode().split("\0")
            return "worker" if "grader.worker.server" in above else "fork server"
        return "other"
    return "gone"


def reap(but: int | None = None) -> None:
    """Forget orphans that have ended: this process inherits them."""
    for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
        if int(word) != but:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(word), os.WNOHANG)


def gradebook(folder: Path) -> Rows:
    """Return what each student has: files, attempts, the newest report, and how many graded and ungraded reports."""
    with contextlib.closing(sqlite3.connect(next(folder.glob("*.db")))) as book:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)
        students: Rows = {}
        for student, files, attempts in book.execute(
            "select s.student, count(distinct s.id), count(a.id) from submission s"
            " left join attempt a on a.submission_id = s.id group by s.student"
        ):
            reports = book.execute(
                "select r.document, r.is_graded, r.is_applied from report r join submission s"
                " on s.id = r.submission_id where s.student = ? order by r.id",
                (student,),
            ).fetchall()
            graded = sum(bool(is_graded) for _, is_graded, _ in reports)
            students[student] = (files, attempts, graded, len(reports) - graded, reports[-1])
        return students


def outcomes(row: Row | None) -> str:
    """Return a row in short."""
    if row is None:
        return "nothing"
    report = json.loads(row[-1][0])
    shown = ", ".join(f"{question['id']} {question['outcome']}" for question in report["questions"])
    return (
        f"{row[0]} files, {row[1]} attempts, {row[2]} + {row[3]} reports, {report['score']:g} points: {shown}"
    )


def disturbed(
    folder: Path,
    kills: int,
    start_seconds: float,
    grade_seconds: float,
    kinds: set[str],
    draw: random.Random,
) -> str:
    """Grade the class, killed so many times; return what was killed, in words."""
    killed: collections.Counter[str] = collections.Counter()
    process, fresh = start(folder), True
    while killed.total() < kills:
        # Half of the time while it starts, half while it grades; all kills together leave it half of the work.
        delay = draw.uniform(0, grade_seconds / kills)
        if fresh:
            delay = draw.choice([draw.uniform(0, start_seconds), start_seconds + delay])
        time.sleep(delay)
        if process.poll() is not None:
            print(f"the class was done after {killed.total()} kills: take more submissions")
            break
        # A kind of process first, for there is one command and several of the others.
        processes = collections.defaultdict(list, {"command": [process.pid]})
        for pid, kind in below(process.pid):
            processes[kind].append(pid)
        kind = draw.choice(["command", *sorted(set(processes) & kinds)])
        with contextlib.suppress(ProcessLookupError):
            os.kill(draw.choice(processes[kind]), signal.SIGKILL)
            killed[kind] += 1
        fresh = kind == "command"
        if fresh:
            process.wait()
            process = start(folder)
        reap(process.pid)
    code = process.wait()
    if code != 0:  # a lane or a fork server was killed too often: what it cost is run again
        print(f"the last command left with {code}: typed once more")
        print(f"and then left with {start(folder).wait()}")
    return ", ".join(f"{count} {kind}" for kind, count in sorted(killed.items()))


def main() -> None:
    """Disturb, compare and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("submissions", type=int, nargs="?", default=1000)
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--spare", choices=KINDS, nargs="*", default=(), help="what is not killed")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        calm, wild = Path(name).resolve() / "calm", Path(name).resolve() / "wild"
        write_course(calm, options.submissions)
        shutil.copytree(calm, wild)
        begin = time.perf_counter()
        process = start(calm)
        while not any(kind == "worker" for _, kind in below(process.pid)) and process.poll() is None:
            time.sleep(0.01)
        started = time.perf_counter() - begin
        assert process.wait() == 0
        whole = time.perf_counter() - begin
        print(
            f"seed {options.seed}: undisturbed {whole:.1f} s, of which {started:.1f} s until the first worker"
        )
        begin = time.perf_counter()
        killed = disturbed(
            wild,
            options.kills,
            started,
            whole - started,
            set(KINDS) - set(options.spare),
            random.Random(options.seed),
        )
        print(f"disturbed {time.perf_counter() - begin:.1f} s; killed: {killed}")
        until = time.monotonic() + TIDY_SECONDS
        while list(below(os.getpid())) and time.monotonic() < until:
            reap()
            time.sleep(0.05)
        wanted, given = gradebook(calm), gradebook(wild)
        assert len(wanted) == options.submissions
        left = len(list(below(os.getpid())))
        print(f"processes left: {left}")
        folders = sum(path.is_dir() for path in (wild / "tmp").iterdir())  # a log may stay: it was reported
        print(f"temporary folders left: {folders}")
        for label, rows in (("undisturbed", wanted), ("disturbed", given)):
            files, attempts, graded, ungraded = map(
                sum, zip(*(row[:4] for row in rows.values()), strict=True)
            )
            print(f"{label:<12} {len(rows)} students, {files} files, {attempts} attempts, ", end="")
            print(f"{graded} reports and {ungraded} of what could not be graded at first")
        # A report that says "ungraded" is kept beside the one that replaces it: told above, and not a difference.
        differing = [
            student
            for student in sorted({*wanted, *given})
            if student not in wanted
            or student not in given
            or (*wanted[student][:3], wanted[student][4]) != (*given[student][:3], given[student][4])
        ]
        print("equal" if not differing else f"different: {len(differing)}")
        for student in differing[:10]:
            print(f"  {student}: {outcomes(wanted.get(student))}\n    became {outcomes(given.get(student))}")
        sys.exit(bool(differing or left or folders))


if __name__ == "__main__":
    main()
