"""What confinement costs: a confined worker that loads a file and answers one call, beside a bare os.fork.

    python tests/bench/confined_fork.py [ROUNDS]

Both are forked from a process that has imported torch and the shipped course's packages; the two are timed in
turn, in one run. Prints the median of each in milliseconds, and the median of the ratios.
"""

from __future__ import annotations

import importlib
import os
import statistics
import sys
import time

assert sys.platform != "win32"  # it has no fork

from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer

PACKAGES = ["torch", "numpy", "scipy", "matplotlib"]
SUBMISSION = submission_of("exercise.py", b"import torch\n\ndef double(x):\n    return 2 * x\n")


def bare_fork() -> float:
    """Return the seconds that a fork takes, its end included."""
    begin = time.perf_counter()
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)
    return time.perf_counter() - begin


def confined(server: ForkServer) -> float:
    """Return the seconds of a confined worker from its fork to its end, with a file loaded and a call answered."""
    begin = time.perf_counter()
    with Session(server, SUBMISSION, {"double": "double = ..."}, PACKAGES, Limits()) as session:
        assert session.fetch("double")(21) == 42
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for package in PACKAGES:
        importlib.import_module(package)
    with ForkServer(PACKAGES) as server:
        print("isolation:", ", ".join(server.isolation))
        pairs = [(confined(server), bare_fork()) for _ in range(rounds + 20)][20:]
    ours, bare = zip(*pairs, strict=True)
    print(f"confined fork, load, one call  {1000 * statistics.median(ours):6.2f} ms")
    print(f"bare os.fork                   {1000 * statistics.median(bare):6.2f} ms")
    print(f"ratio                          {statistics.median(a / b for a, b in pairs):6.2f}")


if __name__ == "__main__":
    main()
