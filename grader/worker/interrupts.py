"""The signals that end a command: Ctrl-C, SIGTERM, and a terminal that closes.

While a command only imports, a signal ends it at once: there is nothing to tidy up. From then on it raises
KeyboardInterrupt, except in short blocks that hold signals back. Nothing heavy is imported here.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

_HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
SIGNALS = (signal.SIGINT, signal.SIGTERM, *([_HANGUP] if _HANGUP else []))
INTERRUPTED = 130  # the exit code
TOLD = "Interrupted."
TIDY_SECONDS = 10.0  # in which a second Ctrl-C changes nothing


class _Arrivals:
    """The signals that arrived in this process, and what they do."""

    last = float("-inf")
    held = 0
    is_waiting = False


def leave_at_once() -> None:
    """From now on end the process at a signal, without Python's own output."""
    _take(_leave)


def raise_from_now() -> None:
    """From now on raise KeyboardInterrupt at a signal, if `leave_at_once` was in force before."""
    if signal.getsignal(signal.SIGTERM) is _leave:
        _take(_raise)


def ignore() -> None:
    """From now on ignore the signals handled here: the command is done, or tidies up."""
    if signal.getsignal(signal.SIGTERM) in {_leave, _raise}:
        _take(signal.SIG_IGN)


def happened() -> bool:
    """Return whether the command was interrupted; libraries can have swallowed the exception."""
    return _Arrivals.last > float("-inf")


@contextmanager
def held() -> Iterator[None]:
    """Hold signals back until the end of the block, which must be short."""
    _Arrivals.held += 1
    try:
        yield
    finally:
        _Arrivals.held -= 1
        if _Arrivals.is_waiting and not _Arrivals.held:
            _Arrivals.is_waiting = False
            _interrupt()


def _take(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in SIGNALS:
        if number != _HANGUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(number, handler)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    with suppress(OSError):
        os.write(2, f"{TOLD}\n".encode())
    os._exit(INTERRUPTED)


def _raise(_number: int, _frame: FrameType | None) -> None:
    if _Arrivals.held:
        _Arrivals.is_waiting = True
    else:
        _interrupt()


def _interrupt() -> None:
    """Raise, unless the command is tidying up after the signal before."""
    before, _Arrivals.last = _Arrivals.last, time.monotonic()
    if _Arrivals.last - before > TIDY_SECONDS:
        raise KeyboardInterrupt
