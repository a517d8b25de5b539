"""The keys that a person presses while something else runs. Ctrl-C interrupts, as everywhere."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import click

INTERRUPT = "\x03"  # Ctrl-C, where it comes as a key
_KEY = re.compile(r"\x1b(?:\[[0-9;]*.|O.)|.", re.DOTALL)  # the sequence of an arrow key, or one character

if sys.platform == "win32":

    @contextmanager
    def _unbuffered() -> Iterator[Callable[[], str]]:
        """Yield a function that waits for keys."""
        yield click.getchar
else:
    import termios

    _LOCAL = 3  # the place of the local modes in what termios returns
    _CONTROL = 6  # and of the control characters
    _AT_ONCE = 32  # bytes that are read together: an arrow key sends three

    @contextmanager
    def _unbuffered() -> Iterator[Callable[[], str]]:
        """Let the terminal pass each key on at once, without showing it, and give a function that reads some.

        `click.getchar` would drop what was typed before it begins, and leave lines that are printed meanwhile
        without a carriage return.
        """
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        modes = termios.tcgetattr(number)
        modes[_LOCAL] &= ~(termios.ICANON | termios.ECHO)
        modes[_CONTROL][termios.VMIN], modes[_CONTROL][termios.VTIME] = 1, 0
        modes[_CONTROL][termios.VSUSP] = b"\0"  # Ctrl-Z would leave the shell with this screen
        termios.tcsetattr(number, termios.TCSADRAIN, modes)
        try:
            yield lambda: os.read(number, _AT_ONCE).decode(errors="replace")
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)


@contextmanager
def keys_to(press: Callable[[str], None]) -> Iterator[None]:
    """Call `press`, in a thread, with each key that is pressed until the end of the block.

    It is called with an empty text when no more keys can come.
    """
    with _unbuffered() as read:

        def listen() -> None:
            try:
                with suppress(OSError, EOFError):
                    while keys := read():
                        for key in _KEY.findall(keys):
                            press(key)
            except KeyboardInterrupt:
                press(INTERRUPT)
            press("")

        Thread(target=listen, daemon=True).start()
        yield
