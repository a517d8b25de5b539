"""The process that grades for a kernel. It ends when the kernel does: its standard input is closed then."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import GraderError, printable

MODULE = "grader.cli.notebook_helper"
_ALONE = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")  # flags on Windows
STOPPED = "The grader's process ended before it answered: {why} Run the cell again."
NOT_STARTED = "The grader's process could not be started: {why}. Close other programs and run the cell again."
NO_WORDS = "it gave no reason."
MAX_WORDS = 300  # characters of its last words
_TIDY_SECONDS = 5.0  # that it gets to end by itself


class HelperFault(GraderError):
    """The process could not be started, or it ended."""


class Helper:
    """One process for a folder. It is sent source as a line of JSON, and answers with one."""

    def __init__(self, folder: Path) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 open as long as the process
        command = [sys.executable, "-P", "-m", MODULE]
        try:
            self._process = subprocess.Popen(  # noqa: S603 this interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=folder,
                start_new_session=os.name != "nt",  # the kernel's interrupts are not for it
                creationflags=sum(getattr(subprocess, flag, 0) for flag in _ALONE),
            )
        except OSError as error:
            raise HelperFault(NOT_STARTED.format(why=error.strerror)) from None

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and wait for the answer.

        Raises:
            HelperFault: the process ended.

        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 they are pipes
        assert stdout is not None  # noqa: S101
        try:
            with contextlib.suppress(OSError):  # it has ended, and its last words say why
                stdin.write(json.dumps(request).encode() + b"\n")
                stdin.flush()
            line = stdout.readline()
        except BaseException:  # the student has stopped the cell
            self.close()
            raise
        if not line:
            why = self._last_words()
            self.close()
            raise HelperFault(STOPPED.format(why=why))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Let it end, and kill it if it does not."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            self._process.wait(_TIDY_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _last_words(self) -> str:
        """Return the last line that it wrote to standard error."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_TIDY_SECONDS)
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f"{printable(last)[:MAX_WORDS]}." if last else NO_WORDS


helpers: dict[tuple[int, Path], Helper] = {}  # by kernel and folder


def helper_for(folder: Path) -> Helper:
    """Return the process for a folder; it is started, or started again if it has ended.

    Raises:
        HelperFault: it cannot be started.

    """
    key = os.getpid(), folder  # a copy of this process, made by fork, has its own
    helper = helpers.get(key)
    if helper is not None and not helper.is_alive:
        helpers.pop(key).close()
        helper = None
    if helper is None:
        helper = helpers[key] = Helper(folder)
    return helper
