"""An examiner's process that is started by itself, with pipes, where there is no fork."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from typing import Any

from grader.worker.isolation.descendants import MARK, end, inherited_mark, mark_below
from grader.worker.line import Pair
from grader.worker.wanted import Begun, Wanted, here

_PROGRAM = (sys.executable, "-E", "-P", "-m", "grader.worker.examining")
_AHEAD = 4096  # bytes that a pipe holds on every system while no one reads


@dataclass
class SpawnedExaminer:
    """A process that runs as long as its standard input is held open."""

    process: subprocess.Popen[bytes]
    mark: str

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        return self.process.poll()

    def begun(self, seconds: float = 0.0) -> bool:  # noqa: ARG002 it has begun at once
        """Return True: it has begun."""
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode is not None

    def interrupt(self) -> None:
        """Have the process tidy up and end, whatever it is doing."""
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()

    def kill(self) -> None:
        """End the process and all that it started."""
        self.interrupt()
        end(self.process, self.mark)
        self.process.wait()

    def starter_words(self) -> str:
        """Return nothing: no other process starts it."""
        return ""


def end_zygotes(owner: str | None = None) -> None:
    """Do nothing: no process is kept for later."""


def begin(wanted: Wanted, modules: Sequence[str], errors: int) -> Begun:
    """Start a process that examines, and imports modules first."""
    reading, their_writing = Pipe(duplex=False)
    their_reading, writing = Pipe(duplex=False)
    mark, theirs = mark_below(inherited_mark()), (their_reading.fileno(), their_writing.fileno())
    with their_reading, their_writing:
        process = subprocess.Popen(  # noqa: S603 our own module
            [*_PROGRAM, *map(str, theirs), *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # what checks print
            stderr=errors,
            env={**wanted.environment, MARK: mark},
            cwd=here(),
            start_new_session=True,  # Ctrl-C in the terminal reaches only the process that started it
            **_inheriting(theirs),
        )
    line = Pair(reading, writing)
    with contextlib.suppress(OSError):  # `hear` notices that it is dead
        line.send(wanted)
    return Begun(SpawnedExaminer(process, mark), line, _AHEAD)


def _inheriting(handles: tuple[int, ...]) -> dict[str, Any]:
    """Return options that let a child inherit these (on Windows, handles), in a group of its own."""
    if sys.platform == "win32":
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        info = subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(handles)})
        return {"startupinfo": info, "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:  # noqa: RET505 what mypy never reaches on Windows
        return {"pass_fds": handles}
