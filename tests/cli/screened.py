"""A pseudo-terminal with a command in it: what its screen shows, the keys that are pressed, and its state."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no pseudo-terminals

import pyte

SECONDS = 120  # after which something counts as missing
_PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv = ["grade", *{arguments!r}]
{before}
from grader.cli.begin import grade
grade()
"""


@dataclass
class Screened:
    """A command in a terminal of 80 by 24, or another size."""

    process: subprocess.Popen[bytes]
    ours: int
    theirs: int
    screen: pyte.Screen
    written: bytearray = field(default_factory=bytearray)
    before: Any = None

    def __post_init__(self) -> None:
        self._stream = pyte.ByteStream(self.screen)
        self.before = self.before or termios.tcgetattr(self.theirs)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float) -> None:
        """Read what the command writes now."""
        if select.select([self.ours], [], [], seconds)[0]:
            content = os.read(self.ours, 1 << 16)
            self.written += content
            self._stream.feed(content)

    def wait_for(self, *words: str) -> str:
        """Wait until all these words are on the screen, wherever lines end, and return it."""
        return self.wait(lambda text: all(word in " ".join(text.split()) for word in words), words)

    def wait(self, is_there: Callable[[str], bool], what: object) -> str:
        """Wait until the screen is as it should be, and return it."""
        until = time.monotonic() + SECONDS
        while not is_there(self.text):
            assert time.monotonic() < until, f"{what} is missing:\n{self.text}"
            assert self.process.poll() is None, f"ended before {what}:\n{self.text}"
            self.read(0.1)
        return self.text

    def press(self, *keys: str) -> None:
        """Press keys."""
        os.write(self.ours, "".join(keys).encode())

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        termios.tcsetwinsize(self.theirs, (height, width))
        self.screen.resize(height, width)

    def end(self, signal_: int | None = None) -> int:
        """Wait until the command has ended, and return its exit code."""
        if signal_ is not None:
            self.process.send_signal(signal_)
        until = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < until, self.text
            self.read(0.1)
        while select.select([self.ours], [], [], 0)[0]:
            self.read(0)
        return self.process.returncode

    @property
    def is_restored(self) -> bool:
        """Whether it is as it was: its modes, the screen, and the cursor."""
        same = termios.tcgetattr(self.theirs) == self.before
        left = self.written.rfind(b"\x1b[?1049l") > self.written.rfind(b"\x1b[?1049h") >= 0
        return same and left and self.written.rfind(b"\x1b[?25h") > self.written.rfind(b"\x1b[?25l")


@contextmanager
def opened(
    folder: Path, *arguments: str, before: str = "", width: int = 80, height: int = 24, **variables: str
) -> Iterator[Screened]:
    """`grade ARGUMENTS` in a folder; `before` is run first in its process."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (height, width))
    program = _PROGRAM.format(arguments=arguments, before=before)
    environment = {**os.environ, "TERM": "xterm-256color", "HOME": str(folder), **variables}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        environment.pop(name, None)
    attributes = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    try:
        yield Screened(process, ours, theirs, pyte.Screen(width, height), before=attributes)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
