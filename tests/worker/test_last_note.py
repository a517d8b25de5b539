"""The last note of a process, read by another one at any moment."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import sys
import threading
import time

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker import last_note
from grader.worker.last_note import LastNote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memory without a file")
PATIENCE = 300.0  # seconds, for a machine on which the writer gets no turn


@pytest.fixture(autouse=True, params=["in memory", "in a file"])
def _where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in a file":
        monkeypatch.setattr(last_note, "_memory", None)


def test_a_note_that_finds_no_room_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    note = LastNote.new()
    note.write("before")
    monkeypatch.setattr(os, "pwrite", full)
    note.write("after")
    assert note.read() is None
    note.close()


def test_the_next_note_replaces_it_whatever_its_length() -> None:
    note, before = LastNote.new(), time.monotonic()
    assert note.read() is None
    for message in ("a long note " * 1000, "short", None, {"any": ["thing"]}):
        note.write(message)
        said = note.read()
        assert said is not None
        assert said[0] == message
        assert before <= said[1] <= time.monotonic()
    note.close()


def test_nobody_reads_half_a_note() -> None:
    note = LastNote.new()
    texts = ["a" * 10, "b" * 50_000, "c" * 300_000]
    note.write(texts[0])
    pid = os.fork()
    if pid == 0:
        while True:
            for text in texts:
                note.write(text)
    try:
        seen, until = set[str](), time.monotonic() + PATIENCE
        for count in itertools.count():
            seen.add((note.read() or texts)[0])  # a reader that met only half notes asks again later
            if (count > 500 and seen >= set(texts)) or time.monotonic() > until:
                break
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert seen == set(texts)
    note.close()


def test_a_note_that_another_thread_closed_says_nothing() -> None:
    note = LastNote.new()
    note.write("something")
    closing = threading.Thread(target=note.close)
    closing.start()
    closing.join()
    assert note.read() is None
    note.close()
