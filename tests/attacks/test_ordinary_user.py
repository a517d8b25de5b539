"""The attacks are also defeated for an ordinary user: tests that run as root become one for this."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]
# In mounts of its own, where the folders on the way to Python that are root's alone are passable: each is
# hidden by an empty one, in which only what leads to Python is there.
PASSABLE = """
set -e
mount --make-rprivate /
mkdir "$1/python"
mount --bind "$2" "$1/python"
mount -t tmpfs -o mode=755 none "$3"
mkdir -p "$2"
mount --bind "$1/python" "$2"
shift 3
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""


def closed() -> Path | None:
    """Return the first folder on the way to Python's own files that others may not pass."""
    base = Path(sys.base_prefix).resolve()
    return next((p for p in reversed(base.parents) if not p.stat().st_mode & 1), None)


def as_nobody(folder: Path, *command: str) -> list[str]:
    """Return a command that runs another one as an ordinary user, who can read Python's files and the grader's."""
    way = closed()
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if way is None:
        return [*drop, *command]
    places = [str(folder), str(Path(sys.base_prefix).resolve()), str(way)]
    return ["unshare", "--mount", "sh", "-c", PASSABLE, "sh", *places, *command]


LINKS = """
import contextlib, os
links = ["/proc/self", "/proc/thread-self", "/proc/mounts", "/proc/net"]
for process in ("/proc/1", "/proc/1/task/1"):  # the fork server, which lives on
    links += [f"{process}/{name}" for name in ("exe", "cwd", "root", "fd/0", "ns/pid", "ns/user")]
before = [os.lstat(link).st_atime_ns for link in links if os.path.lexists(link)]
for link in links:
    with contextlib.suppress(OSError):
        os.readlink(link)
x = {0: (before, [os.lstat(link).st_atime_ns for link in links if os.path.lexists(link)])}
"""
WORKERS = """
import json, os, signal, time
from pathlib import Path
from grader.errors import WorkerFault
from grader.worker.forkserver import ForkServer
from grader.worker.ending import WorkerLimits
from tests.attacks.test_ordinary_user import LINKS
from tests.worker.test_limits import NUMBERS, look

def gone(pids):
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)

with ForkServer([]) as server:
    layers, missing, hides = server.isolation, server.missing, server.start()["hides"]
    numbers = [look(server, NUMBERS)[0] for _ in range(6)]
    before, after = look(server, LINKS)[0]
    worker = server.fork(WorkerLimits(1 << 30, 5))
    below = server.children()
    pids = [server.pid, *below]
closed = gone(pids)
with ForkServer([]) as server:
    server.start()
    os.kill(server.pid, signal.SIGKILL)
    try:
        told = str(server.fork(WorkerLimits(1 << 30, 5)))
    except WorkerFault as fault:
        told = str(fault)
print(json.dumps([layers, missing, hides, numbers, before == after, len(below), closed, told]))
"""


def run_as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    folder = Path("/var/tmp", f"ordinary-user-{os.getpid()}")
    folder.mkdir(mode=0o755)
    try:
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        clean = ["env", "-i", "PATH=/usr/bin:/bin", f"HOME={home}", "LANG=C.UTF-8"]
        whole = as_nobody(folder, *clean, *command)
        return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all tests as one")
def test_an_ordinary_users_workers_have_numbers_that_tell_nothing():
    ran = run_as_nobody(sys.executable, "-c", WORKERS)
    assert ran.returncode == 0, ran.stderr
    layers, missing, hides, numbers, untraced, below, closed, told = json.loads(ran.stdout)
    assert (below, closed, told[:46]) == (1, True, "The process that runs student code is gone: it")
    can = run_as_nobody("unshare", "--user", "--map-root-user", "--fork", "--pid", "--mount-proc", "true")
    assert ("pids" in layers) == (can.returncode == 0), missing
    assert untraced or "mounts" in missing
    if can.returncode == 0:
        assert all(shown == (None if hides else mine) for mine, shown in numbers)
        assert max((after - before) % 32768 for (before, _), (after, _) in pairwise(numbers)) > 1000


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all tests as one")
def test_an_ordinary_user_defeats_all_attacks():
    ran = run_as_nobody(str(Path(sys.executable).with_name("course")), "doctor", "--attacks")
    assert "WON" not in ran.stdout
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "attacks defeated" in ran.stdout
    owned = [path for path in Path("/tmp").glob("*attack*") if path.stat().st_uid == NOBODY]
    assert not owned
