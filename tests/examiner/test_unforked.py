"""An author's code where there is no fork: what it does in the examiner's process."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from grader.errors import CourseFaults, UsageFault
from grader.examiner.deed import Deed, Note
from grader.examiner.unforked import in_this_process

FILE = Path(__file__)


def endless(_note: Note) -> None:
    while True:
        pass


def greedy(_note: Note) -> None:
    raise MemoryError


def leaving(_note: Note) -> None:
    sys.exit(7)


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (endless, "did not finish within 0.05 seconds"),
        (greedy, "ran out of memory"),
        (leaving, "ended the process with exit code 7"),
    ],
)
def test_what_does_not_come_to_its_end_is_a_fault_of_the_course(work, told):
    before = signal.getsignal(signal.SIGABRT)

    def noted(note: Note) -> None:
        note(Deed("The reference", FILE, None, 0.05 if work is endless else 60))
        work(note)

    with pytest.raises(CourseFaults, match=told) as caught:
        in_this_process(noted, 1024)
    [fault] = caught.value.faults
    assert fault.file == FILE
    if work is endless:
        assert FILE.read_text(encoding="utf-8").splitlines()[(fault.line or 0) - 1].strip() in {
            "while True:",
            "pass",
        }
    assert signal.getsignal(signal.SIGABRT) == before


def test_what_it_returns_or_raises_comes_out_and_nothing_that_it_prints(capsys):
    def work(note: Note) -> int:
        note(Deed("The reference", FILE))
        print("noise")
        return 7

    def refuse(_note: Note) -> None:
        raise UsageFault("This cannot be.")

    assert in_this_process(work, 1024) == 7
    with pytest.raises(UsageFault, match="cannot be"):
        in_this_process(refuse, 1024)
    assert capsys.readouterr().out == ""
