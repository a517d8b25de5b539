"""What a worker says is kept up to a bound, however often it says something else: forged workers try."""

from __future__ import annotations

import contextlib
import gc
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner.replies import MAX_FAILURES, MAX_MESSAGE, MAX_NAME, MAX_TOLD, MAX_WORDS
from grader.examiner.session import MAX_KEPT, Session
from grader.examiner.submission import submission_of
from grader.examiner.trouble import StudentError
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer
from grader.worker.wire import MAX_BRACKETS

pytestmark = pytest.mark.slow

CALLS = 4
LIMITS = Limits(seconds=10, memory_mib=512)

# A worker that says what it likes: `load` and `answer` are what it adds to its replies, `n` counts them.
FORGED = """
import itertools, sys
child = sys.modules["grader.worker.child"]
count, big, many = itertools.count(), 1 << 20, 20_000
def answer(self, header):
    n = next(count)
    return child.pack({{"id": header["id"], "value": 1, **{answer}}})
def loaded(self, header):
    n = next(count)
    about = {{"id": header["id"], "failures": [], "notices": [], "blank": [], "words": [], "used": []}}
    return child.pack({{**about, **{load}}})
child.Child._answer = answer
if True:  # one statement: the notice of a next one would come after the reply
    child._write(loaded(None, {{"id": 1}}))
    child.Child().serve()
"""


def forged(server: ForkServer, *, answer: str = "{}", load: str = "{}") -> Session:
    source = FORGED.format(answer=answer, load=load)
    submission = submission_of("e.py", source.encode())
    return Session(server, submission, {"f": "...", "g": "..."}, ["torch"], LIMITS, ["matmul"])


def growth(work: Callable[[], Any]) -> int:
    """Return the bytes that are still taken when the work is done."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def ask(session: Session) -> None:
    for _ in range(CALLS):
        with contextlib.suppress(StudentError):
            session.request({"op": "get", "name": "f"})


def ask_and_begin(session: Session) -> None:
    """Ask as one check does, until the next begins."""
    ask(session)
    session.begin()


ANSWERS = {
    "uses by number": '{"used": [[f"{n}-{i}", "e.py", i] for i in range(many)]}',
    "uses by length": '{"used": [[f"{n}" + "x" * big, "e.py", 1], ["matmul", "x" * big, 1]]}',
    "uses that are no texts": '{"used": [[[n], [n], [n]], n, ["matmul"]] * many}',
    "places of uses": '{"used": [["matmul", "e.py", n]] * many}',
    "errors": '{"error": {"kind": "raised", "type": "x" * big, "message": f"{n}" + "y" * big}}',
    "kinds": '{"error": {"kind": f"{n}" + "x" * big}}',
    "things in errors": '{"error": {"kind": [0] * many, "type": [0] * many, "message": [0] * many, "cell": [0], "line": [0]}}',
    "texts": '{"value": f"{n}" + "x" * big}',
    "lists": '{"value": ["list", *(["list", n] for _ in range(many // 2))]}',
    "handles": '{"value": ["list", *(["handle", i, "x" * 5] for i in range(many // 2))]}',
    "a handle's name": '{"value": ["handle", n, "x" * big]}',
    "unknown keys": '{f"{n}": "x" * big, "changed": "x" * big}',
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_answers_do_not_accumulate(server, answer):
    with forged(server, answer=answer) as session, session.watched() as used:
        once = growth(lambda: ask(session))
        again = growth(lambda: ask_and_begin(session))
        assert once < 5 << 20
        assert again < 256 << 10
        assert set(used) <= {"matmul"}


LOADS = {
    "failures": '{"failures": [{"kind": "raised", "message": "m" * 3000, "names": ["f"]}] * 1000}',
    "names of failures": '{"failures": [{"kind": "raised", "names": [f"{i}" for i in range(many)] + ["f"]}]}',
    "a long name": '{"failures": [{"kind": "raised", "names": ["x" * big, "f"]}]}',
    "names that are none": '{"failures": [{"kind": "raised", "names": [[0], 5, None, {}, "f"]}]}',
    "notices": '{"notices": [{"kind": "notice", "message": "m" * 3000}] * 1000}',
    "blank": '{"blank": [f"{i}" for i in range(many)] + ["x" * big]}',
    "words": '{"words": [["e.py", 1, "matmul", "x" * big]] + [["e.py", 1, "matmul", "torch.mm"]] * many}',
    "uses": '{"used": [["f", "matmul", "e.py", 1], ["x" * big, "matmul", "e.py", 1]] * many}',
    "unknown keys": '{"x": "x" * big}',
}


@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)
def test_what_is_said_of_a_file_is_bounded(server, load):
    with forged(server, load=load) as session:

        def start() -> None:
            with contextlib.suppress(StudentError):
                session.fetch("f")

        assert growth(start) < 3 << 20
        assert len(session.notices) <= MAX_TOLD
        assert len(session.replies.words) <= MAX_WORDS
        assert all(len(name) <= MAX_NAME for _, _, name in session.replies.words)
        assert set(session.replies.used_at_load) <= {"f", "g"}
        assert len(session.troubles) <= MAX_FAILURES
        assert all(len(trouble.message) <= MAX_MESSAGE for trouble in (*session.notices, *session.troubles))
        assert {name for names, _ in session._failures for name in names} <= {"f", "g"}


def test_of_much_that_a_check_was_given_only_the_last_is_kept(server):
    source = "import torch\ndef f(n): return torch.full([300_000], float(n))\n"
    with Session(server, submission_of("e.py", source.encode()), {"f": "..."}, ["torch"], LIMITS) as session:
        session.begin()
        f = session.fetch("f")
        for number in range(9):
            f(number)
        assert session.received > MAX_KEPT
        assert [value[0].item() for value in session.values] == [8]
        session.begin()
        assert (session.values, session.received) == ([], 0)


def test_a_header_of_many_parts_is_refused_before_it_is_read(server):
    with forged(server, answer=f'{{"value": [[]] * {MAX_BRACKETS}}}') as session:
        with pytest.raises(StudentError) as raised:
            session.fetch("f")
            session.request({"op": "get", "name": "f"})
        assert raised.value.trouble.kind == "malformed"
