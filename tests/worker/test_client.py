"""Whatever a worker does, the examiner learns why it ended, and nothing is left behind."""

from __future__ import annotations

import gc
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.errors import UsageFault, WorkerFault
from grader.worker import forkserver
from grader.worker.client import Worker
from grader.worker.ending import MAX_OUTPUT, Ending, WorkerEnded, WorkerLimits
from grader.worker.environment import clean_environment
from grader.worker.forkserver import ForkServer
from grader.worker.wire import Decoder, Encoder, Frame

LIMITS = WorkerLimits(memory=1 << 30, cpu=60)
PATIENCE = 60.0  # seconds; nothing below takes so long unless it hangs
LABEL = "submission.py"

FORGE = """
import json, os, struct
def send(header, claimed=None):
    text = json.dumps({"buffers": [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text) if claimed is None else claimed, 0) + text)
"""


def load(worker: Worker, source: str, seconds: float = PATIENCE) -> dict[str, Any]:
    """Run a submission in a worker."""
    names = {"x": "x = ...", "f": "f = ..."}
    request = {"op": "load", "file": LABEL, "names": list(names), "starters": names, "skip": []}
    frame = worker.ask(
        {**request, "packages": ["torch"], "families": []}, seconds, file_of(source), lambda _notice: seconds
    )
    return frame.header


def file_of(source: str) -> Encoder:
    """Return the file as it travels with a request to load it."""
    encoder = Encoder(lambda _value: [])
    encoder.buffers.append(source.encode())
    return encoder


def value_of(frame: Frame) -> Any:
    """Return the value in a reply."""
    return Decoder(frame, lambda number, name: (number, name)).decode(frame.header["value"])


def run(server: ForkServer, source: str, seconds: float = PATIENCE) -> Any:
    """Return what a submission calls x."""
    with server.fork(LIMITS) as worker:
        load(worker, source, seconds)
        return value_of(worker.ask({"op": "get", "name": "x"}, seconds))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, by /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone in between
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def descriptors(pid: int) -> list[str]:
    """Return what a process has open."""
    return sorted(link.name for link in Path(f"/proc/{pid}/fd").iterdir())


def test_a_worker_runs_and_answers(server):
    assert run(server, "import torch\nx = [torch.ones(2).sum().item(), (1, 'a')]") == [2.0, (1, "a")]


def test_workers_share_nothing(server):
    leave = "import sys, torch, builtins\nsys.mine = torch.mine = builtins.mine = 1\nx = 1"
    assert run(server, leave) == 1
    look = "import sys, torch, builtins\nx = [hasattr(m, 'mine') for m in (sys, torch, builtins)]"
    assert run(server, look) == [False] * 3


def test_a_wait_for_a_processor_is_no_time_of_the_students(server, monkeypatch):
    """Here everything counts as such a wait, so a file may take longer than its limit."""
    asked = []

    def always(process: int) -> float:
        asked.append(process)
        return time.monotonic()

    monkeypatch.setattr(forkserver, "waited_for_processor", always)
    assert run(server, "import time\ntime.sleep(1.5)\nx = 1", 1.0) == 1
    assert set(asked) - {server.pid}


def test_a_reply_that_has_arrived_counts_however_late_it_is_read(server, monkeypatch):
    with server.fork(LIMITS) as worker:
        load(worker, "x = 1")
        send = worker._wires.send

        def late(content: bytes, seconds: float) -> None:
            send(content, seconds)
            select.select([worker._wires._line], [], [])
            time.sleep(0.2)

        monkeypatch.setattr(worker._wires, "send", late)
        assert value_of(worker.ask({"op": "get", "name": "x"}, 0.1)) == 1


ENDS = {
    "leaves": ("import os; os._exit(0)", "exit"),
    "leaves with a code": ("import os; os._exit(7)", "exit"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "crashed"),
    "abort": ("import os; os.abort()", "crashed"),
    "terminated": ("import os; os.kill(os.getpid(), 15)", "crashed"),
    "hangs up": ("import os; os.closerange(3, 20)", "exit"),
    "garbage everywhere": (
        "import os\nfor fd in range(3, 21):\n    try: os.write(fd, b'garbage' * 9)\n    except OSError: pass",
        "too-large",
    ),
    "a huge frame": ("import os; os.write(3, b'\\xff' * 12)", "too-large"),
    "no JSON": ("import os; os.write(3, bytes(3) + b'\\1' + bytes(8) + b'{')", "malformed"),
    "not an object": ("import os; os.write(3, bytes(3) + b'\\2' + bytes(8) + b'[]')", "malformed"),
    "another id": (FORGE + "send({'id': 2, 'value': 1})", "malformed"),
    "no id": (FORGE + "send({'value': 1})", "malformed"),
    "a notice that is none": (FORGE + "send({'id': 1, 'running': 5})", "malformed"),
    "replies twice": (FORGE + "send({'id': 1}); send({'id': 1})", "malformed"),
}


@pytest.mark.parametrize("behaviour", ENDS)
def test_why_a_worker_ended(server, behaviour):
    source, why = ENDS[behaviour]
    with pytest.raises(WorkerEnded) as ended:
        run(server, f"x = 0\n{source}\nx = 1")
    assert ended.value.why == why
    assert children(server._process.pid) == []


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        FORGE + "send({}, claimed=10**6)\nwhile True: pass",
        "import os\nwhile True: os.write(1, b'x' * 10**6)",
    ],
    ids=["loop", "sleep", "signals blocked", "half a frame", "floods"],
)
def test_a_worker_that_never_answers_is_ended(server, source):
    with pytest.raises(WorkerEnded) as ended:
        run(server, source, seconds=0.5)
    assert ended.value.why == "timeout"
    assert children(server._process.pid) == []


def test_notices_outside_of_loading_are_refused(server):
    with server.fork(LIMITS) as worker:
        load(worker, FORGE + "def x(): send({'id': 3, 'running': {}})")
        worker.ask({"op": "get", "name": "x"}, PATIENCE)
        call = {
            "op": "call",
            "target": ["handle", 0, ""],
            "args": ["list"],
            "kwargs": ["dict"],
            "watch": False,
        }
        with pytest.raises(WorkerEnded, match="malformed"):
            worker.ask(call, PATIENCE)


def test_notices_cannot_stretch_the_deadline_that_they_are_given(server):
    stretch = FORGE + "while True: send({'id': 1, 'running': {}})"
    until = time.monotonic() + 0.5
    with server.fork(LIMITS) as worker, pytest.raises(WorkerEnded, match="timeout"):
        request = {
            "op": "load",
            "file": LABEL,
            "names": [],
            "starters": {},
            "skip": [],
            "packages": [],
            "families": [],
        }
        worker.ask(request, PATIENCE, file_of(stretch), lambda _notice: until - time.monotonic())


def test_output_is_drained_and_bounded(server):
    with server.fork(LIMITS) as worker:
        load(worker, "import os\nfor _ in range(51): os.write(1, b'x' * 10**6)\nx = 5")
        assert value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE)) == 5
    assert worker.output == b"x" * MAX_OUTPUT
    assert worker.output_bytes == 51 * 10**6


def test_output_may_be_closed(server):
    assert run(server, "import os\nprint('a')\nos.close(1)\nos.close(2)\nx = 1") == 1


def test_memory_is_bounded(server):
    with server.fork(WorkerLimits(memory=256 << 20, cpu=60)) as worker:
        (failure,) = load(worker, "small = bytearray(1 << 20)\nx = bytearray(1 << 30)")["failures"]
    assert (failure["kind"], failure["line"], failure["names"]) == ("memory", 2, ["x"])


def test_a_student_sees_the_clean_environment_and_nothing_else(server):
    seen = dict(run(server, "import os\nx = list(os.environ.items())"))
    assert Path(seen.pop("TMPDIR")).name.startswith("torchgrade-server-")
    assert Path(seen.pop("TORCHINDUCTOR_CACHE_DIR")).name.startswith("torchgrade-server-")
    assert seen == clean_environment()
    assert set(clean_environment()) <= {
        *("LANG", "PATH", "MPLBACKEND", "MPLCONFIGDIR"),
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
        *("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "TORCHDYNAMO_DISABLE"),
    }


def test_a_student_sees_input_output_and_the_line_and_nothing_else(server):
    look = """
import os, stat
x = {}
for n in range(256):
    try:
        mode = os.fstat(n).st_mode
    except OSError:
        continue
    x[n] = "socket" if stat.S_ISSOCK(mode) else "device" if stat.S_ISCHR(mode) else "other"
"""
    assert run(server, look) == {0: "device", 1: "socket", 2: "socket", 3: "socket"}


OWN = (
    "check_call magics sections slips statements syntax_words "
    "child comparing confinement descent ending environment failures families folders garbage kernel locks memory module "
    "namespaces optional pages prctl probe reading refusals rlimits scratch starting unread verbs warming watch wire"
).split()


FORKED = """
import os, socket, sys
from grader.errors import UsageFault, WorkerFault
from grader.worker.forkserver import ForkServer
from grader.worker.server import serve
from grader.worker.starting import forked
from grader.worker.warming import load
pairs = [socket.socketpair() for _ in range(4)]
mine = pairs[-1][0]
load([])
with ForkServer([], start=forked(serve)) as server:
    server.start()
    held = [os.readlink(f"/proc/{server.pid}/fd/{n}") for n in os.listdir(f"/proc/{server.pid}/fd")]
    print(os.readlink(f"/proc/self/fd/{mine.fileno()}") in held, os.getsid(server.pid) == server.pid)
with ForkServer([], start=forked(lambda control: 1 / 0)) as server:
    try:
        server.start()
    except WorkerFault as fault:
        print(fault)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are looked up in /proc")
def test_a_forked_server_keeps_nothing_of_its_parent_and_says_why_it_died():
    command = [sys.executable, "-c", FORKED]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment())
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "False True",
        "The process that runs student code is gone: ZeroDivisionError: division by zero.",
    ]


def test_a_student_finds_no_module_of_the_examiner(server):
    look = "import sys\nx = sorted(m for m in sys.modules if m.partition('.')[0] in ('grader', 'pytest'))"
    found = set(run(server, look))
    assert found <= {
        "grader",
        *(f"grader.{m}" for m in ("errors", "worker")),
        *(f"grader.worker.{m}" for m in OWN),
    }
    assert run(
        server, "import os, sys\nx = [os.getcwd(), sys.flags.ignore_environment, sys.flags.safe_path]"
    ) == ["/", 1, True]


def test_two_hundred_forks_leak_nothing(server):
    run(server, "x = 1")
    before = descriptors(os.getpid()), descriptors(server._process.pid)
    for _ in range(200):
        server.fork(LIMITS).close()
    assert (descriptors(os.getpid()), descriptors(server._process.pid)) == before
    assert children(server._process.pid) == []


def test_closing_twice_is_fine(server):
    worker = server.fork(LIMITS)
    worker.close()
    assert worker.close() == Ending()


def test_a_package_that_is_not_there_does_not_stop_the_server():
    with ForkServer(["no_such_package"]) as server:
        assert run(server, "x = 1") == 1


def _fault_of_a_server_that_is_gone(*, used: bool) -> list[str]:
    """Return what is warned of when a server is asked for a worker and has died."""
    with warnings.catch_warnings(record=True) as warned, ForkServer([]) as server:
        warnings.simplefilter("always")
        if used:
            run(server, "x = 1")
        os.kill(server._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerFault, match="is gone"):
            server.fork(LIMITS)
        gc.collect()
    return [str(warning.message) for warning in warned]


@pytest.mark.parametrize("used", [False, True])
def test_a_server_that_is_gone_is_our_fault(used):
    _fault_of_a_server_that_is_gone(used=used)


def test_a_server_that_is_gone_leaves_no_socket_open():
    assert _fault_of_a_server_that_is_gone(used=True) == []


def test_closing_the_server_ends_its_workers():
    with ForkServer([]) as server:
        worker = server.fork(LIMITS)
        load(worker, "import os\nx = os.getpid()")
        pid = value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE))
        assert children(server._process.pid) == [pid]
    with closing(worker._wires) as wires:
        assert (True, b"") in wires.arrived(PATIENCE)  # the other end is closed: nobody holds it any more


@pytest.mark.parametrize(
    "raises",
    [
        "class Bad(Exception):\n    def __str__(self): raise ValueError\nraise Bad",
        "raise ImportError(name=5)",
    ],
)
def test_an_exception_that_cannot_be_told_costs_its_statement_only(server, raises):
    assert run(server, f"{raises}\nx = 1") == 1


def test_a_worker_that_hangs_up_and_lives_on_did_not_run_out_of_memory(server):
    with pytest.raises(WorkerEnded) as ended:
        run(server, "import os\nif True:\n    os.close(3)\n    while True: pass")
    assert ended.value.why != "memory"


def test_a_folder_goes_with_its_server_however_deep_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ForkServer([]):
        (folder,) = tmp_path.iterdir()
        here = os.open(folder, os.O_RDONLY)
        for _ in range(2 * sys.getrecursionlimit()):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)
    assert not list(tmp_path.iterdir())


def test_a_server_that_cannot_be_started_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageFault, match="bubblewrap is not installed"):
        ForkServer([], bubblewrap=True)
    assert not list(tmp_path.iterdir())


LOOKS = "import sys\nx = 'torch._dynamo' in sys.modules"
DEVICES = "import torch\nx = [torch.cuda.is_available(), torch.cuda.device_count(), torch.get_num_threads()]"


def test_what_only_some_need_is_imported_later_and_once(monkeypatch):
    asked: list[dict[str, Any]] = []
    tell = ForkServer._tell

    def noting(server: ForkServer, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        asked.append(message)
        tell(server, message, descriptors)

    monkeypatch.setattr(ForkServer, "_tell", noting)
    with ForkServer(["torch"]) as server:
        folder = server._folder.path
        assert run(server, LOOKS) is False
        server.load([])
        server.load(["torch"])
        for _ in range(2):
            server.load(["torch", "torch._dynamo", "no_such_module"])
            assert run(server, LOOKS) is True
        assert [message["modules"] for message in asked if message["op"] == "import"] == [
            ["torch._dynamo", "no_such_module"]
        ]
        # Nothing came with it that a fork does not keep, or that would have to be tidied up.
        assert os.listdir(f"/proc/{server.pid}/task") == [str(server.pid)]  # noqa: PTH208
        assert list(folder.iterdir()) == []
        with server.fork(WorkerLimits(memory=256 << 20, cpu=60)) as worker:
            (failure,) = load(worker, "small = bytearray(100 << 20)\nx = bytearray(1 << 30)")["failures"]
        assert (failure["kind"], failure["line"]) == ("memory", 2)
        assert run(server, DEVICES) == [False, 0, 1]
    assert not folder.exists()


def test_a_worker_sees_no_device_and_draws_what_was_drawn_before(server):
    assert run(server, DEVICES) == [False, 0, 1]
    draw = "import torch\ntorch.manual_seed(7)\nx = torch.rand(3).tolist()"
    assert run(server, draw) == run(server, draw)
    environment = (
        "import os\nx = [os.environ[name] for name in ('CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES')]"
    )
    assert run(server, environment) == ["", "-1"]


def test_a_server_that_dies_while_it_imports_is_a_fault_of_ours():
    with ForkServer([]) as server:
        server.start()
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(WorkerFault, match="is gone"):
            server.load(["json"])
