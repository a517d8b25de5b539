"""Hostile submissions among honest ones: every honest report equals the one it gets alone, and nothing is left.

    python tests/bench/hostile_mix.py [PAIRS]

Grades PAIRS (500) hostile submissions, the attacks in turn, each followed by an honest one, with one fork server.
Prints how many honest reports differed, what was left behind, and the memory of grader and fork server on the way.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from grader.doctor.attacks import load_attacks
from grader.doctor.world import HONEST, PLAIN, make_world, state_of

assert sys.platform != "win32"  # it has no fork
from grader.errors import SubmissionFault
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.submission import submission_of
from grader.worker.forkserver import ForkServer

ATTACKS = Path(__file__).resolve().parents[1] / "attacks"


def resident(pid: int) -> float:
    """Return the resident memory of a process, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    """Grade and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    attacks = load_attacks(ATTACKS)
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder).resolve())
        sitting = world.sittings[PLAIN]

        def work(suite: CheckSuite) -> None:
            with ForkServer(world.course.record.packages) as server:
                honest = submission_of("target.py", HONEST.encode())
                alone = grade(sitting, honest, server, suite).report
                before, descriptors = dict(state_of(world)), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
                differed, begin = 0, time.perf_counter()
                for number in range(pairs):
                    for name, content in attacks[number % len(attacks)].handed_in(world):
                        with suppress(SubmissionFault):  # one that is refused before it runs
                            grade(sitting, submission_of(name, content), server, suite)
                    differed += grade(sitting, honest, server, suite).report != alone
                    if number % max(pairs // 5, 1) == 0 or number == pairs - 1:
                        sizes = f"{resident(os.getpid()):.0f} MiB, fork server {resident(server.pid):.0f} MiB"
                        print(f"after {number + 1:4} pairs: grader {sizes}")
                print(
                    f"{pairs} hostile of {len(attacks)} kinds, {pairs} honest: {time.perf_counter() - begin:.0f} s"
                )
                print(f"honest reports that differ from the one alone: {differed}")
                changed = set(before.items()) ^ set(dict(state_of(world)).items())
                print(f"files and shared memory changed: {len(changed)}")
                print(f"processes left: {len(server.children())}")
                left = len(os.listdir("/proc/self/fd")) - descriptors  # noqa: PTH208
                print(f"descriptors left: {left}")

        with_suite(world.course, [PLAIN], work)


if __name__ == "__main__":
    main()
