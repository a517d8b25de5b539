"""Work in this process where there is no fork: an endless loop is stopped, but not a crash."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

from grader.errors import GraderError
from grader.examiner.deed import Deed, Note
from grader.examiner.undone import ended, out_of_memory

T = TypeVar("T")


class _Late(BaseException):
    """The work took too long; no `except Exception` catches it."""


def in_this_process(work: Callable[[Note], T], memory_mib: int) -> T:  # noqa: ARG001 nothing bounds it here
    """Return what `work` returns.

    Raises:
        CourseFaults: it did not finish, or ran out of memory.
        GraderError: `work` raised it.

    """
    deeds = [Deed("The code of the exercise", Path())]
    with _alarms() as set_alarm, Path(os.devnull).open("w", encoding="utf-8") as null, ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(null))
        stack.enter_context(contextlib.redirect_stderr(null))

        def note(deed: Deed) -> None:
            deeds.append(deed)
            set_alarm(deed.seconds)

        try:
            return work(note)
        except GraderError:
            raise
        except MemoryError:
            raise out_of_memory(deeds[-1]) from None
        except _Late as late:
            lines = "".join(reversed(traceback.format_tb(late.__traceback__)))
            raise ended(deeds[-1], f"Timeout\n{lines}") from None
        except SystemExit as left:
            raise ended(deeds[-1], "", left.code if isinstance(left.code, int) else 1) from None


@contextlib.contextmanager
def _alarms() -> Iterator[Callable[[float], None]]:
    """Give a function that raises _Late in the main thread, this many seconds after its last call."""
    timer: threading.Timer | None = None

    def set_alarm(seconds: float) -> None:
        nonlocal timer
        if timer:
            timer.cancel()
        timer = threading.Timer(seconds, _thread.interrupt_main, [signal.SIGABRT])  # nothing else uses it
        timer.daemon = True
        timer.start()

    before = signal.signal(signal.SIGABRT, _ring)
    try:
        yield set_alarm
    finally:
        if timer:
            timer.cancel()
        signal.signal(signal.SIGABRT, before)


def _ring(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Late
