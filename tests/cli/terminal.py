"""A command in a pseudo-terminal of 80x24, which gets keys as from a person."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

SOON_SECONDS = 5
MOST_SECONDS = 60  # for a machine under load; nothing waits as long as that if it works


class Terminal:
    """The terminal's side of a running command."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor, self.process = descriptor, process

    def type(self, keys: str) -> None:
        """Press keys; Ctrl-C is a signal, and pressed again if it came just before the command waits."""
        if keys == "\x03":
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(SOON_SECONDS)
                return
            self.process.send_signal(signal.SIGINT)
        else:
            os.write(self._descriptor, keys.encode())

    def press(self, keys: str) -> None:
        """Type when the command waits for single keys: what is typed before that is lost."""
        until = time.monotonic() + MOST_SECONDS
        while termios.tcgetattr(self._descriptor)[3] & termios.ICANON:
            assert time.monotonic() < until, "it waits for no key"
            time.sleep(0.01)
        self.type(keys)

    def read_until(self, text: str) -> str:
        """Return what is printed from now on, up to a text."""
        read = ""
        while text not in read:
            part = self._part()
            assert part, f"no {text!r} in {read!r}"
            read += part
        return read

    def ended(self) -> tuple[int, str]:
        """Wait for the end of the command; return its exit code and what else it printed."""
        read = ""
        while part := self._part():
            read += part
        return self.process.wait(MOST_SECONDS), read

    def _part(self) -> str:
        """Return what is printed next; "" after the end of the command."""
        assert select.select([self._descriptor], [], [], MOST_SECONDS)[0], "nothing is printed"
        try:
            return os.read(self._descriptor, 1 << 16).decode(errors="replace")
        except OSError:
            return ""


@contextmanager
def terminal(command: Sequence[object], folder: Path, **environment: str) -> Iterator[Terminal]:
    """Run a command of Python in a terminal."""
    own, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    variables = {**os.environ, "TERM": "xterm-256color", **environment}
    arguments = [sys.executable, *map(str, command)]
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        stdin=its,
        stdout=its,
        stderr=its,
        env=variables,
        start_new_session=True,
    )
    os.close(its)
    try:
        yield Terminal(own, process)
    finally:
        process.kill()
        process.wait()
        os.close(own)
