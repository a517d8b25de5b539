"""However student code ends its process, that is a verdict on it, and the next file is graded as ever."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence

import pytest

from grader.errors import WorkerFault
from grader.examiner.session import Session, StudentError
from grader.examiner.submission import parse_submission
from grader.language.limits import Limits
from grader.worker.launcher import ForkServer

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
    submission = parse_submission("e.py", source.encode())
    return Session(server, submission, dict.fromkeys(names, "..."), ["torch"], limits)


def batches(codes: Sequence[str], size: int) -> list[Sequence[str]]:
    return [codes[first : first + size] for first in range(0, len(codes), size)]


def at_load(server: ForkServer, codes: Sequence[str], limits: Limits = PATIENCE) -> Iterator[str]:
    """What becomes of a name that is defined after code which runs as the file is loaded."""
    for batch in batches(codes, 8):
        lines = [f"exec({code!r}); x{number} = 1" for number, code in enumerate(batch)]
        source = "\n".join(f"if True: {line}" for line in lines)
        names = [f"x{number}" for number in range(len(batch))]
        with session(server, source, names, limits) as opened:
            yield from (outcome(opened, name) for name in names)


def within_calls(server: ForkServer, codes: Sequence[str], limits: Limits = PATIENCE) -> Iterator[str]:
    """What becomes of calls that run code."""
    for batch in batches(codes, 50):
        with session(server, "def run(code): exec(code, {})", ["run"], limits) as opened:
            yield from (outcome(opened, "run", code) for code in batch)


def outcome(opened: Session, name: str, *args: str) -> str:
    try:
        value = opened.fetch(name)
        if args:
            value(*args)
    except StudentError as error:
        return error.trouble.outcome
    return "passed"


def is_served(server: ForkServer) -> bool:
    with session(server, "def double(x): return 2 * x", ["double"]) as opened:
        return opened.fetch("double")(4) == 8 and len(server.children()) == 1


@pytest.mark.parametrize("when", [at_load, within_calls])
@pytest.mark.parametrize("how", ENDS)
def test_every_end_is_a_verdict(server, how, when):
    codes = ENDS[how]
    outcomes = dict(zip(codes, when(server, codes), strict=True))
    unusual = {code: found for code, found in outcomes.items() if found not in BY_STUDENT}
    assert unusual == {}
    assert is_served(server)


@pytest.mark.parametrize("when", [at_load, within_calls])
def test_a_worker_that_stops_is_out_of_time(server, when):
    codes = [f"import os; os.kill(os.getpid(), {int(number)})" for number in STOPS]
    outcomes = list(when(server, codes, PATIENCE.paced(0.5)))
    assert set(outcomes) <= {"timeout", "passed"}  # all but SIGSTOP do nothing without a terminal
    assert "timeout" in outcomes
    assert is_served(server)


@pytest.mark.parametrize("when", [at_load, within_calls])
def test_what_is_ignored_is_no_end(server, when):
    ignorable = sorted(set(SIGNALS) - {signal.SIGKILL, signal.SIGSTOP, 32, 33})  # glibc keeps two for itself
    codes = [IGNORE.format(int(number)) for number in ignorable]
    codes += [f"import os; os.kill(os.getpid(), {int(number)})" for number in HARMLESS]
    assert set(when(server, codes)) == {"passed"}


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
        assert outcome(opened, name, *(["..."] if name == "run" else [])) == "timeout"
        assert opened.lost is None or opened.lost.kind == "timeout"


def test_who_is_killed_by_others_is_not_to_blame(server):
    with session(server, "def run(_code):\n    import time\n    time.sleep(60)\n", ["run"]) as opened:
        value = opened.fetch("run")
        (worker,) = server.children()
        threading.Timer(0.2, os.kill, [worker, signal.SIGKILL]).start()
        with pytest.raises(WorkerFault, match="Another program killed"):
            value("...")
    assert is_served(server)
