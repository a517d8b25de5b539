"""A class on one healthy node of a Dask cluster, alone and beside three that fail.

    python tests/bench/cluster_beside_faults.py [SUBMISSIONS] [--rounds N]

Grades SUBMISSIONS (60) of a made-up course, each of which takes about a second: on a cluster of one node, and on
one where another node is stopped, one has other sources and one raises. Prints the ratio of the two, a class at a
time in turn, and fails above 1.5.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

assert sys.platform != "win32"  # no node can be stopped there

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.classroom.conftest import RIGHT, Small, new_class
from tests.engine.forking import Forks
from tests.engine.test_cluster import OTHER_LANES, RAISING, Cluster, grade, new_cluster

MOST = 1.5  # times what the class takes alone


@contextmanager
def healthy(folder: Path, forks: Forks) -> Iterator[Cluster]:
    """Start a cluster of one node."""
    folder.mkdir()
    with new_cluster(folder, forks) as cluster:
        cluster.node()
        yield cluster


@contextmanager
def beside_faults(folder: Path, forks: Forks, small: Small) -> Iterator[Cluster]:
    """Start a cluster of one healthy node and three that cannot grade."""
    with healthy(folder, forks) as cluster:
        cluster.node("--no-nanny", "--preload", small.write("other.py", OTHER_LANES))
        cluster.node("--no-nanny", "--preload", small.write("raising.py", RAISING))
        stopped = cluster.node()
        stopped.process.send_signal(signal.SIGSTOP)
        try:
            yield cluster
        finally:
            stopped.process.send_signal(signal.SIGCONT)


def seconds(small: Small, cluster: Cluster, submissions: int) -> float:
    """Return what the class takes, from an empty gradebook."""
    (small.root / "gradebook.db").unlink(missing_ok=True)
    begin = time.monotonic()
    ran = grade(small, cluster.forks, "--dask", cluster.address)
    took = time.monotonic() - begin
    assert ran.code == 0, ran.err
    assert f"{submissions} graded, 0 not graded" in ran.out, ran.out
    return took


def main() -> None:
    """Time, compare and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("submissions", type=int, nargs="?", default=60)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    alone: list[float] = []
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder, closing(Forks()) as forks:
        small = new_class(Path(folder, "course"))
        for number in range(options.submissions):
            small.hand_in(f"student-{number}", f"import time\ntime.sleep(1)\n{RIGHT}\n\n# {number}\n")
        for number in range(options.rounds):
            with healthy(Path(folder, f"alone-{number}"), forks) as cluster:
                alone.append(seconds(small, cluster, options.submissions))
            with beside_faults(Path(folder, f"beside-{number}"), forks, small) as cluster:
                beside.append(seconds(small, cluster, options.submissions))
    ratio = statistics.median(two / one for one, two in zip(alone, beside, strict=True))
    print(
        f"{options.submissions} submissions: alone {statistics.median(alone):.1f} s, "
        f"beside three nodes that fail {statistics.median(beside):.1f} s, {ratio:.2f} times"
    )
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
