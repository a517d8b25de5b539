"""What a worker finds when it looks at its own limits and descriptors, and what its fork server holds."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sys
import sysconfig
from collections import Counter
from itertools import pairwise
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from grader.worker.rlimits import MAX_DESCRIPTORS
from grader.worker.server import FIRST_VICTIM
from tests.worker.test_client import PATIENCE, load, value_of

LIMITS = WorkerLimits(memory=1 << 30, cpu=7, scratch=1 << 20)
LOOK = """
import os, resource
names = "CORE CPU FSIZE NOFILE AS DATA".split()
x = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names}
"""
OPEN = """
import os, stat
def kind(n):
    try:
        mode = os.fstat(n).st_mode
    except OSError:
        return None
    return stat.S_IFMT(mode), os.fstat(n).st_rdev
x = {n: kind(n) for n in range(100_000) if kind(n)}
"""
NUMBERS = """
import os
try:
    shown = int(os.readlink("/proc/self"))
except PermissionError:
    shown = None  # nothing below /proc is shown at all
x = {0: (os.getpid(), shown)}
"""


def look(server: ForkServer, source: str) -> dict[object, tuple[int, int]]:
    """Return what a submission finds and calls x."""
    with server.fork(LIMITS) as worker:
        load(worker, source)
        found: dict[object, tuple[int, int]] = value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE))
        return found


def test_a_worker_has_the_limits_that_it_should_have(server):
    found = look(server, LOOK)
    space, more = found.pop("AS")
    assert 1 << 30 < space == more < 1 << 45
    assert found.pop("DATA") == resource.getrlimit(resource.RLIMIT_DATA)  # no container
    assert found == {"CORE": (0, 0), "CPU": (7, 8), "FSIZE": (1 << 20,) * 2, "NOFILE": (MAX_DESCRIPTORS,) * 2}


def test_a_worker_of_a_container_may_take_its_share(server, monkeypatch):
    left = 500 << 20
    monkeypatch.setattr(server._container, "memory_left", lambda: left)
    whole, _ = look(server, LOOK)["DATA"]
    monkeypatch.setattr(server, "lanes", 2)
    half, _ = look(server, LOOK)["DATA"]
    monkeypatch.setattr(server._container, "memory_left", lambda: 0)
    least, _ = look(server, LOOK)["DATA"]
    assert abs((whole - half) - left // 2) < 1 << 20
    assert least < half


def test_a_worker_is_the_first_that_the_kernel_kills(server):
    with server.fork(LIMITS) as worker:
        load(worker, "x = 1")
        (process,) = server.children()
        assert Path(f"/proc/{process}/oom_score_adj").read_text().strip() == FIRST_VICTIM.decode()
    assert (
        Path(f"/proc/{server.pid}/oom_score_adj").read_text() == Path("/proc/self/oom_score_adj").read_text()
    )


def test_a_worker_has_nothing_open_but_its_line_and_its_output(server):
    null, socket = (0o020000, os.makedev(1, 3)), (0o140000, 0)
    assert look(server, OPEN) == {0: null, 1: socket, 2: socket, 3: socket}


def test_a_fork_server_has_nothing_open_but_its_line_and_its_errors():
    pipe = os.pipe()  # what the examiner has open is not the server's
    try:
        with ForkServer([]) as server:
            server.fork(LIMITS).close()
            with server.fork(LIMITS) as worker:
                load(worker, "x = 1")
                links = list(Path(f"/proc/{server.pid}/fd").iterdir())
                places = [str(link.readlink()) for link in links]
    finally:
        for descriptor in pipe:
            os.close(descriptor)
    kinds = Counter(
        re.sub(
            r"^socket:.*", "socket", re.sub(r".* \(deleted\)$", "errors", re.sub(r"^mnt:.*", "mounts", one))
        )
        for one in places
    )
    kinds.pop("anon_inode:[landlock-ruleset]", None)  # from which workers make theirs
    kinds.pop("mounts", None)  # which workers enter
    assert kinds == {"/dev/null": 2, "socket": 1, "errors": 1}


def test_reading_leaves_no_access_time(server):
    """Otherwise one submission could leave a message there for the next."""
    if "mounts" not in server.isolation:
        assert "mounts" in server.missing
        assert os.geteuid() != 0, server.missing["mounts"]
        return
    file = next(Path(sysconfig.get_path("stdlib")).glob("colorsys.py"))
    os.utime(file, ns=(0, file.stat().st_mtime_ns)) if os.access(file, os.W_OK) else None
    before = file.stat().st_atime_ns
    found = look(server, f"x = {{0: (len(open({str(file)!r}).read()), 0)}}")
    assert found[0][0] > 100
    assert file.stat().st_atime_ns == before


@pytest.mark.parametrize("isolation", ["full", "bubblewrap"])
def test_the_numbers_of_workers_tell_nothing(isolation):
    """Otherwise threads could encode an input in their count, for the next submission."""
    if isolation == "bubblewrap" and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed here")
    with ForkServer([], bubblewrap=isolation == "bubblewrap") as server:
        if "pids" not in server.isolation:
            assert "pids" in server.missing
            assert os.geteuid() != 0, server.missing["pids"]
            return
        numbers = [look(server, NUMBERS)[0] for _ in range(6)]
        assert len(server.children()) == 0
        assert all(shown == (None if server.start()["hides"] else mine) for mine, shown in numbers)
    steps = [(after - before) % 32768 for (before, _), (after, _) in pairwise(numbers)]
    assert max(steps) > 1000  # all six are near each other once in 10 million times
