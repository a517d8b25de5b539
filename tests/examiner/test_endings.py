"""However student code ends its process, that is a verdict on it, and the next file is graded as usual."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.errors import WorkerFault
from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.examiner.trouble import StudentError, Trouble
from grader.examiner.wording import explain
from grader.language.limits import Limits
from grader.worker.ending import BLAMED, NO_MEMORY, Ending
from grader.worker.forkserver import ForkServer

pytestmark = pytest.mark.slow

PATIENCE = Limits(seconds=60, memory_mib=64)
SIGNALS = range(1, 65)
STOPS = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
HARMLESS = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
DEADLY = sorted(set(SIGNALS) - STOPS - HARMLESS - {signal.SIGKILL})  # a worker may not even ask for that one
BY_STUDENT = {"error", "crashed", "timeout", "memory"}

KILL = "import os, signal; signal.signal({0}, signal.SIG_DFL) if {0} not in (32, 33) else None; os.kill(os.getpid(), {0})"
RAISE = "import signal; signal.signal({0}, signal.SIG_DFL) if {0} not in (32, 33) else None; signal.raise_signal({0})"
IGNORE = "import os, signal; signal.signal({0}, signal.SIG_IGN); os.kill(os.getpid(), {0}); signal.raise_signal({0})"
ENDS = {
    "kill": [KILL.format(number) for number in DEADLY],
    "raise": [RAISE.format(number) for number in DEADLY],
    "exit code": [f"import os; os._exit({code})" for code in range(256)],
    "other": [
        "raise SystemExit",
        "raise SystemExit(3)",
        "import sys; sys.exit('bye')",
        "raise KeyboardInterrupt",
        "import os; os.abort()",
        "import faulthandler; faulthandler._sigsegv()",
        "import faulthandler; faulthandler._sigabrt()",
        "import faulthandler; faulthandler._sigfpe()",
        "import faulthandler; faulthandler._fatal_error_c_thread()",
        "import faulthandler; faulthandler._stack_overflow()",
        "import faulthandler; faulthandler._read_null()",
        "import ctypes; ctypes.string_at(1)",
        "import os; os.close(3)",
        "import os; os.closerange(0, 256)",
        "import os; os.dup2(0, 3)",
        "import os; os.write(3, b'garbage' * 9)",
        "import os; os.write(3, bytes(12))",
        "import os; os.write(3, bytes(11)); os._exit(0)",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.execve('/proc/self/exe', ['python'], {})",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "f = lambda: f(); f()",
        "import sys; sys.setrecursionlimit(10**9); f = lambda: f(); f()",
        "x = []; x = [x := [x] for _ in range(10**6)]; del x; raise SystemExit",
        "import os, signal; os.kill(os.getpid(), 9 | 1 << 32); os._exit(0)",
        "import ctypes; ctypes.CDLL(None).syscall(62, __import__('os').getpid(), ctypes.c_long(9 | 1 << 32)); 1 / 0",
        "import ctypes; ctypes.CDLL(None).syscall(234, *[__import__('os').getpid()] * 2, ctypes.c_long(9 | 1 << 40)); 1 / 0",
        "import threading, os; threading.Thread(target=os._exit, args=[0]).start(); threading.Event().wait()",
        "import threading, os; threading.Thread(target=os.abort).start(); threading.Event().wait()",
        "import os, signal; signal.raise_signal(9)",
        "x = bytearray(1 << 40)",
        "x = [bytearray(1 << 20) for _ in range(10**6)]",
        "x = []\nwhile True: x.append([0])",
    ],
}


def session(server: ForkServer, source: str, names: Iterable[str], limits: Limits = PATIENCE) -> Session:
    submission = submission_of("e.py", source.encode())
    return Session(server, submission, dict.fromkeys(names, "..."), ["torch"], limits)


def batches(codes: Sequence[str], size: int) -> list[Sequence[str]]:
    return [codes[first : first + size] for first in range(0, len(codes), size)]


def at_load(server: ForkServer, codes: Sequence[str], limits: Limits = PATIENCE) -> Iterator[Trouble | None]:
    """Yield what happens to a name that is defined after code which runs as the file is loaded."""
    for batch in batches(codes, 8):
        lines = [f"exec({code!r}); x{number} = 1" for number, code in enumerate(batch)]
        source = "\n".join(f"if True: {line}" for line in lines)
        names = [f"x{number}" for number in range(len(batch))]
        with session(server, source, names, limits) as opened:
            yield from (trouble_of(opened, name) for name in names)


def within_calls(
    server: ForkServer, codes: Sequence[str], limits: Limits = PATIENCE
) -> Iterator[Trouble | None]:
    """Yield what happens to calls that run code."""
    for batch in batches(codes, 50):
        with session(server, "def run(code): exec(code, {})", ["run"], limits) as opened:
            yield from (trouble_of(opened, "run", code) for code in batch)


def trouble_of(opened: Session, name: str, *args: str) -> Trouble | None:
    try:
        value = opened.fetch(name)
        if args:
            value(*args)
    except StudentError as error:
        return error.trouble
    return None


def outcomes(troubles: Iterable[Trouble | None]) -> list[str]:
    return [trouble.outcome if trouble else "passed" for trouble in troubles]


def is_served(server: ForkServer) -> bool:
    with session(server, "def double(x): return 2 * x", ["double"]) as opened:
        return opened.fetch("double")(4) == 8 and len(server.children()) == 1


@pytest.mark.parametrize("when", [at_load, within_calls])
@pytest.mark.parametrize("how", ENDS)
def test_every_end_is_a_verdict(server, how, when):
    codes = ENDS[how]
    found = zip(codes, outcomes(when(server, codes)), strict=True)
    unusual = {code: outcome for code, outcome in found if outcome not in BY_STUDENT}
    assert unusual == {}
    assert is_served(server)


@pytest.mark.parametrize("when", [at_load, within_calls])
def test_a_worker_that_stops_is_out_of_time(server, when):
    codes = [f"import os; os.kill(os.getpid(), {int(number)})" for number in STOPS]
    found = outcomes(when(server, codes, PATIENCE.paced(0.5)))
    assert set(found) == {"timeout", "passed"}  # all but SIGSTOP do nothing without a terminal
    assert is_served(server)


@pytest.mark.parametrize("when", [at_load, within_calls])
def test_what_is_ignored_is_no_end(server, when):
    ignorable = sorted(set(SIGNALS) - {signal.SIGKILL, signal.SIGSTOP, 32, 33})  # glibc keeps two for itself
    codes = [IGNORE.format(int(number)) for number in ignorable]
    codes += [f"import os; os.kill(os.getpid(), {int(number)})" for number in HARMLESS]
    assert set(outcomes(when(server, codes))) == {"passed"}


BURN = """
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
def run(_code):
    while True: pass
"""


@pytest.mark.parametrize("name", ["run", "x"], ids=["within a call", "at load"])
def test_processor_time_is_accounted_for_whatever_is_ignored(server, name):
    limits = Limits(seconds=60, cpu_seconds=1, memory_mib=64)
    source = BURN if name == "run" else BURN + "x = run('')\n"
    with session(server, source, [name], limits) as opened:
        trouble = trouble_of(opened, name, *(["..."] if name == "run" else []))
        assert trouble is not None
        assert trouble.outcome == "timeout"


def test_who_is_killed_by_others_is_not_to_blame(server):
    with session(server, "def run(_code):\n    import time\n    time.sleep(60)\n", ["run"]) as opened:
        value = opened.fetch("run")
        (worker,) = server.children()
        threading.Timer(0.2, os.kill, [worker, signal.SIGKILL]).start()
        with pytest.raises(WorkerFault, match="Another program killed"):
            value("...")
    assert is_served(server)


SAID_WHEN_FULL = " wrote more data to disk than is allowed."
FULL = {
    "a long file": "open('a', 'wb').write(bytes(2 << 20))",
    "many files": "for n in range(100): open(f'{n}', 'wb').write(bytes(1 << 16))",
    "many names": "for n in range(10_000): open(f'{n}', 'wb').close()",
    "files without names": (
        "import os; held = []\nfor n in range(100):\n"
        "    held.append(open('a', 'wb', 0)); os.unlink('a'); held[-1].write(bytes(1 << 16))"
    ),
    "maps": (
        "import mmap\nfiles = [open(f'{n}', 'wb+') for n in range(8)]\nfor file in files:\n"
        "    file.truncate(1 << 20)\n    mmap.mmap(file.fileno(), 1 << 20).write(b'1' * (1 << 20))"
    ),
}


@pytest.mark.parametrize("when", [at_load, within_calls])
def test_a_full_scratch_folder_is_said(server, when):
    if "tmpfs" not in server.isolation:
        pytest.skip(server.missing["tmpfs"])
    limits = Limits(seconds=60, memory_mib=64, scratch_mib=1)
    said = [trouble and explain(trouble, "f", 1) for trouble in when(server, list(FULL.values()), limits)]
    assert [text for text in said if not text or not text.endswith(SAID_WHEN_FULL)] == []
    assert is_served(server)


MIB = 1 << 20
KILLED, EXIT = signal.SIGKILL, 1 << 8
ENDINGS = {
    "exit": Ending(0 * EXIT),
    "exit with a code": Ending(255 * EXIT),
    "no memory for words": Ending(NO_MEMORY * EXIT),
    "segfault": Ending(signal.SIGSEGV),
    "core dump": Ending(signal.SIGSEGV | 0x80),
    "real-time": Ending(64),
    "out of time": Ending(signal.SIGXCPU),
    "ignored that": Ending(KILLED, spent=True),
    "ignored that, and took much": Ending(KILLED, spent=True, starved=True, took=900 * MIB),
    "took much": Ending(KILLED, starved=True, took=BLAMED),
    "took little where there was none": Ending(KILLED, starved=True, took=BLAMED - 1),
    "killed": Ending(KILLED, took=900 * MIB),
    "hung up and lived on": Ending(KILLED, lived_on=True),
    "hung up and died late": Ending(signal.SIGSEGV, lived_on=True),
}
WHYS = (
    "exit exit memory crashed crashed crashed timeout timeout timeout memory starved killed malformed crashed"
)


@pytest.mark.parametrize(("how", "why"), list(zip(ENDINGS, WHYS.split(), strict=True)))
def test_the_cause_is_what_the_kernel_accounts_for(how, why):
    assert ENDINGS[how].why == why


def test_a_worker_that_could_have_killed_itself_is_not_killed_by_others():
    with ForkServer([], confine=False) as bare:
        assert outcomes(within_calls(bare, ["import os; os.kill(os.getpid(), 9)"])) == ["crashed"]


def test_a_worker_that_finds_no_memory_is_not_to_blame(server, monkeypatch):
    monkeypatch.setattr(server._container, "kills", iter(range(99)).__next__)
    with session(server, "def run(_code):\n    import time\n    time.sleep(60)\n", ["run"]) as opened:
        value = opened.fetch("run")
        (worker,) = server.children()
        threading.Timer(0.2, os.kill, [worker, signal.SIGKILL]).start()
        with pytest.raises(WorkerFault, match="too little memory"):
            value("...")
