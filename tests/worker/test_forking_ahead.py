"""The worker that a fork server forks ahead: who gets it, who does not, and what nobody notices."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import psutil
import pytest

from grader.errors import WorkerFault
from grader.worker.client import Worker
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from tests.worker.test_client import PATIENCE, load, value_of

LIMITS = WorkerLimits(memory=1 << 30, cpu=60)
OWN = "import os\nx = os.getpid()"
RECORDED = """
from torch import _C
names = "mm", "max_pool2d_with_indices"
x = [_C._dispatch_has_kernel_for_dispatch_key(f"aten::{name}", "BackendSelect") for name in names]
"""
DATA = "import resource\nx = resource.getrlimit(resource.RLIMIT_DATA)[0]"


@pytest.fixture(scope="module")
def started() -> Iterator[ForkServer]:
    with ForkServer([]) as server:
        if not server.start()["hides"]:
            pytest.skip("this machine does not let a worker hide /proc, so none is forked ahead")
        yield server


@pytest.fixture
def series(started: ForkServer) -> Iterator[ForkServer]:
    """Yield a server that has given a worker, and so forks the next one with each that it gives."""
    started.in_series = True
    started.fork(LIMITS).close()
    yield started
    started.in_series = False
    started.fork(replace(LIMITS, cpu=1)).close()  # without one ahead
    assert started.children() == []


def value(worker: Worker, source: str) -> Any:
    load(worker, source)
    return value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE))


def ahead(server: ForkServer, worker: Worker) -> int:
    """Return the process that waits beside a worker."""
    own = value(worker, OWN)
    server._settle()
    (process,) = set(server.children()) - {own}
    return process


def is_living(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_each_is_used_once(series):
    seen = []
    for _ in range(4):
        with series.fork(LIMITS) as worker:
            seen.append(ahead(series, worker))
            assert value(worker, "import os, sys\nx = getattr(sys, 'left', None)\nsys.left = 1") is None
            assert len(seen) == 1 or value(worker, OWN) == seen[-2]
    assert len(set(seen)) == 4
    assert not any(map(is_living, seen[:2]))  # each is gone before the one after it is given


def test_a_server_for_one_submission_forks_none_ahead(started):
    for _ in range(3):
        with started.fork(LIMITS) as worker:
            assert started.children() == [value(worker, OWN)]


def test_where_limits_alternate_none_waits_in_vain(series):
    for limits in (replace(LIMITS, cpu=7), LIMITS, replace(LIMITS, cpu=7)):
        with series.fork(limits) as worker:
            own = value(worker, OWN)
            series._settle()
            assert series.children() == [own]


@pytest.mark.parametrize("other", [replace(LIMITS, cpu=7), replace(LIMITS, scratch=1 << 20), None])
def test_one_that_does_not_fit_is_ended(series, tmp_path, other):
    Path(tmp_path, "data.txt").write_text("given")
    with series.fork(LIMITS) as worker:
        waiting = ahead(series, worker)
    with series.fork(other or LIMITS, None if other else tmp_path) as worker:
        assert value(worker, OWN) != waiting
        source = "import resource\nx = [resource.getrlimit(getattr(resource, f'RLIMIT_{n}'))[0] for n in ('CPU', 'FSIZE')]"
        assert value(worker, source) == [(other or LIMITS).cpu, (other or LIMITS).scratch]
        assert other or value(worker, "x = open('data.txt').read()") == "given"
    series._settle()
    assert not is_living(waiting)


def test_one_that_died_is_replaced(series):
    with series.fork(LIMITS) as worker:
        waiting = ahead(series, worker)
        os.kill(waiting, signal.SIGKILL)
        while is_living(waiting):
            time.sleep(0.001)
    with series.fork(LIMITS) as worker:
        assert value(worker, "x = 1") == 1
    assert waiting not in series.children()


def test_a_module_that_is_loaded_later_is_there(series):
    with series.fork(LIMITS) as worker:
        waiting = ahead(series, worker)
    series.load(["colorsys"])
    assert not is_living(waiting)
    with series.fork(LIMITS) as worker:
        assert value(worker, "import sys\nx = 'colorsys' in sys.modules") is True
    series._loaded.discard("colorsys")


def test_one_that_records_other_families_is_ended(series):
    with series.fork(LIMITS) as worker:
        waiting = ahead(series, worker)
    with series.fork(LIMITS, families=["pooling"]) as worker:
        assert not is_living(waiting)
        waiting = ahead(series, worker)
    with series.fork(LIMITS, families=["pooling"]) as worker:
        assert value(worker, OWN) == waiting


def test_it_ends_with_its_server():
    with ForkServer([]) as server:
        server.in_series = True
        server.fork(LIMITS).close()
        with server.fork(LIMITS) as worker:
            load(worker, "x = 1")
            server._settle()
            living = server.children()
    assert len(living) == 1 + bool(server.start()["hides"])
    until = time.monotonic() + PATIENCE  # they were killed, and end when they next get a processor
    while any(map(is_living, living)):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_server_that_dies_is_a_fault_of_ours():
    with ForkServer([]) as server:
        server.in_series = True
        for _ in range(2):
            server.fork(LIMITS).close()
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(WorkerFault, match="is gone"):
            server.fork(LIMITS)


def test_it_gets_its_share_when_it_is_given(series, monkeypatch):
    left = iter([None, 400 << 20, 900 << 20])
    monkeypatch.setattr(series._container, "memory_left", lambda: next(left))
    shares = []
    for _ in range(3):  # each but the first was forked while another amount was left
        with series.fork(LIMITS) as worker:
            shares.append(value(worker, DATA))
    assert abs((shares[2] - shares[1]) - (500 << 20)) < 1 << 20
    assert shares[0] == -1


def test_kills_while_it_waited_are_not_its_own(series, monkeypatch):
    kills = iter([1, 5, 5])
    monkeypatch.setattr(series._container, "kills", lambda: next(kills))
    with series.fork(LIMITS) as worker:
        ahead(series, worker)
    worker = series.fork(LIMITS)
    os.kill(value(worker, OWN), signal.SIGKILL)
    with pytest.raises(WorkerFault, match="Another program killed"):
        worker.ask({"op": "get", "name": "x"}, PATIENCE)


LOOKS = """
import os
def tried(look):
    try:
        return str(look())
    except OSError as error:
        return type(error).__name__
pid = {pid}
x = [tried(look) for look in (
    lambda: os.kill(pid, 0),
    lambda: os.kill(pid, 9),
    lambda: os.stat(f"/proc/{{pid}}"),
    lambda: os.stat(f"/proc/{{pid}}/wchan"),
    lambda: os.readlink(f"/proc/{{pid}}/exe"),
    lambda: open(f"/proc/{{pid}}/mem", "rb"),
    lambda: os.listdir("/proc"),
    lambda: os.stat("/proc/self"),
    lambda: os.stat("/sys/kernel"),
    lambda: os.sched_setaffinity(pid, [0]),
    lambda: os.getpgid(pid),
    lambda: os.getsid(pid),
    lambda: os.waitpid(pid, os.WNOHANG),
    lambda: os.setpriority(os.PRIO_PROCESS, pid, 5),
)]
"""


def test_student_code_can_neither_see_nor_signal_it(series):
    """What one worker looked at in /proc would show a later one when that was."""
    with series.fork(LIMITS) as worker:
        waiting = ahead(series, worker)
        assert set(value(worker, LOOKS.format(pid=waiting))) == {"PermissionError"}
        assert is_living(waiting)
    with series.fork(LIMITS) as worker:
        assert value(worker, OWN) == waiting


def test_a_server_prepares_exactly_what_the_next_worker_watches(server):
    for families in ([], ["matmul"], ["matmul", "pooling", "of no name"], ["pooling"], []):
        with server.fork(LIMITS, families=families) as worker:
            assert value(worker, RECORDED) == ["matmul" in families, "pooling" in families]
