"""The ways of isolation: one list of them, and workers that are ordinary processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.cli.check import check_
from grader.cli.grade_class import grade, regrade
from grader.errors import UsageFault
from grader.worker.client import Worker
from grader.worker.ending import MAX_OUTPUT, WorkerEnded, WorkerLimits
from grader.worker.isolation import confined
from grader.worker.isolation.descendants import MARK, end, mark_below
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import FULL, PROCESS, WAYS, own_way
from grader.worker.wire import Decoder, Encoder

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
LIMITS = WorkerLimits(memory=1 << 30, cpu=60, scratch=1 << 20)


def test_the_names_are_public_and_the_threat_model_has_a_row_for_each():
    assert list(WAYS) == ["full", "bubblewrap", "process"]
    page = (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", page.partition("`--isolation`")[2], re.MULTILINE)
    assert [name for name, _, _ in rows[: len(WAYS)]] == list(WAYS)


@pytest.mark.parametrize("command", [grade, regrade, check_])
def test_the_options_offer_all_of_them(command):
    [option] = [one for one in command.params if one.name == "isolation"]
    assert list(option.type.choices) == list(WAYS)
    assert all(f"'{way.name}' {way.help}" in option.help for way in WAYS.values())


def test_nobody_else_compares_their_names():
    names = "|".join(WAYS)
    wrong = [
        f"{file}: {line}"
        for file in (ROOT / "grader").rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(rf'isolation\w* (?:[!=]=|in|not in) .*["\'](?:{names})', line)
    ]
    assert not wrong


def test_without_fork_code_of_strangers_needs_a_person_to_accept_that(monkeypatch):
    assert own_way() is FULL
    monkeypatch.setattr(confined, "CAN_FORK", False)
    assert own_way() is PROCESS
    for way in WAYS.values():
        assert bool(way.promises) == bool(way.lacks())
    with pytest.raises(UsageFault, match="--isolation process"):
        FULL.workers([])


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with PROCESS.workers([]) as started:
        yield started


def load(worker: Worker, source: str, seconds: float = PATIENCE) -> dict[str, Any]:
    encoder = Encoder(lambda _value: [])
    encoder.buffers.append(source.encode())
    request = {
        "op": "load",
        "file": "e.py",
        "names": ["x"],
        "starters": {"x": ""},
        "skip": [],
        "packages": [],
    }
    return worker.ask({**request, "families": []}, seconds, encoder, lambda _notice: seconds).header


def value(worker: Worker) -> Any:
    frame = worker.ask({"op": "get", "name": "x"}, PATIENCE)
    return Decoder(frame, lambda number, name: (number, name)).decode(frame.header["value"])


ENDINGS = {
    "while True: pass": "timeout",
    "import os\nos._exit(3)": "exit",
    "import os\nos.abort()": "crashed",
    "import os, sys\nos.kill(os.getpid(), 9)": "crashed" if sys.platform != "win32" else "exit",
    "f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 16)); f.flush()": "disk",
    "import time\nx = [bytearray(b'x') * (512 << 20) for _ in range(8)]": "memory",
}


@pytest.mark.parametrize("source", ENDINGS)
def test_how_it_ends_is_told(workers, source, monkeypatch):
    with workers.fork(LIMITS) as worker:
        try:
            failures = load(worker, source, 1.0 if "while True: pass" in source else PATIENCE)["failures"]
            why = failures[0]["kind"]  # where the system bounds it, Python says so itself
        except WorkerEnded as ended:
            why = ended.why
    assert why == ENDINGS[source]
    assert len(workers.children()) <= 1  # the next one


def test_what_it_prints_is_kept_up_to_its_bound(workers):
    with workers.fork(LIMITS) as worker:
        load(worker, "import sys\nprint('π' * 1_000_000)\nx = sys.stdout.encoding")
        assert value(worker) == "utf-8"
    assert (len(worker.output), worker.output_bytes) == (MAX_OUTPUT, 2_000_001)


def test_a_worker_has_neither_the_line_nor_the_environment_of_the_command(workers, monkeypatch):
    monkeypatch.setenv("A_SECRET", "s")
    with PROCESS.workers([]) as fresh, fresh.fork(LIMITS) as worker:
        load(worker, "import os, sys\nx = ['A_SECRET' in os.environ, sys.stdin.read(), os.getcwd()]")
        secret, typed, folder = value(worker)
    assert (secret, typed) == (False, "")
    assert not Path(folder).exists()


STARTS = """
import subprocess, sys
child = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True, stdout=subprocess.DEVNULL).pid)"
x = int(subprocess.run([sys.executable, "-c", child], stdout=subprocess.PIPE).stdout)
"""


def test_what_it_has_started_ends_with_it_even_without_parent_and_session(workers):
    with workers.fork(LIMITS) as worker:
        assert load(worker, STARTS)["failures"] == []
        pid = value(worker)
        assert is_living(pid)
    assert not is_living(pid)


def test_closing_ends_the_worker_that_was_started_ahead():
    with PROCESS.workers([]) as started:
        for _ in range(2):
            started.fork(LIMITS).close()
        [ahead] = started.children()
        assert is_living(ahead)
    assert not is_living(ahead)


def test_a_worker_imports_what_was_asked_for_since_it_was_started():
    with PROCESS.workers(["json"]) as started:
        started.load(["colorsys", "no_such_module"])
        with started.fork(LIMITS) as worker:
            load(worker, "import sys\nx = 'colorsys' in sys.modules")
            assert value(worker) is True


def test_a_process_ends_when_the_one_that_it_waits_for_has_ended():
    program = "import sys, time, threading; from grader.worker.parting import wait_and_end; threading.Thread(target=wait_and_end, args=[int(sys.argv[1])], daemon=True).start(); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as parent:
        child = subprocess.Popen([sys.executable, "-c", program, str(parent.pid)])
        parent.communicate(b"\n")
    assert child.wait(PATIENCE) == 1


ENDS_FIRST = """
import os, subprocess, sys
from grader.worker.isolation.descendants import MARK, inherited_mark, mark_below
own = {**os.environ, MARK: mark_below(inherited_mark())}
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=own, stdout=subprocess.DEVNULL).pid)
"""


def test_an_examiner_that_ended_before_its_workers_leaves_none():
    mark = mark_below("")
    examiner = subprocess.Popen(
        [sys.executable, "-c", ENDS_FIRST], env={**os.environ, MARK: mark}, stdout=subprocess.PIPE
    )
    worker = int(examiner.communicate(timeout=PATIENCE)[0])
    another = subprocess.Popen(
        [sys.executable, "-c", "input()"], env={**os.environ, MARK: mark_below("")}, stdin=subprocess.PIPE
    )
    assert is_living(worker)
    end(examiner, mark)
    assert not is_living(worker)
    assert another.poll() is None
    another.communicate(b"\n")


def test_who_ends_an_examiner_finds_its_workers(monkeypatch):
    monkeypatch.setenv(MARK, mark := mark_below(""))
    with PROCESS.workers([]) as started:
        monkeypatch.delenv(MARK)  # the examiner takes over the command's environment
        started.fork(LIMITS).close()
        started.fork(LIMITS).close()
        [pid] = started.children()
        own = psutil.Process(pid).environ()[MARK]
    assert own.startswith(mark)
    assert own != mark


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread looks after the parent")
def test_a_worker_whose_parent_has_ended_does_not_begin():
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    program = [sys.executable, "-m", "grader.worker.isolation.spawned", str(gone.pid)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.wait(PATIENCE) == 1  # its line is still open


def is_living(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
