"""An examiner's process, seen from the process that started it, and how the two begin to talk.

It is forked by a zygote. Without fork, it is started by itself.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Self

from grader.digest import all_sources
from grader.errors import UsageFault
from grader.examiner.deed import Doing
from grader.examiner.events import Event
from grader.examiner.wording import OTHER_SOURCES
from grader.worker.folders import place, remove, sweep
from grader.worker.interrupts import held
from grader.worker.line import Line, Noted
from grader.worker.wanted import Wanted, last_line

if sys.platform == "linux" and hasattr(os, "fork"):
    from grader.worker.zygote import begin, end_zygotes
else:
    from grader.worker.spawning import begin, end_zygotes

TIDY_SECONDS = 5.0  # that an interrupted examiner gets to end
SECONDS_BETWEEN_LOOKS = 1.0  # between looks at the clock


class ExaminerProcess:
    """A process that has imported `preload` and has a fork server, and that examines as a module says."""

    def __init__(self, examiner: str, isolation: str, preload: Collection[str], owner: str = "") -> None:
        self._wanted = examiner, isolation, tuple(preload), owner
        self._start()

    def restart(self) -> None:
        """End the process, which hangs, and begin again."""
        self.close()
        self._start()

    def _start(self) -> None:
        examiner, isolation, preload, owner = self._wanted
        with tempfile.TemporaryFile() as errors:
            # The process makes and removes it. If it is killed, this process does; if both are, a later one
            # does.
            sweep()
            self._folder = str(place("lane"))
            begun = begin(Wanted(self._folder, isolation, examiner, owner), preload, errors.fileno())
            self._errors = os.dup(errors.fileno())
        self._heard: Doing | None = None  # where notes come over the line
        self._note = begun.note
        self._process, self.line, self.most_ahead = begun.process, begun.line, begun.most_ahead
        self.tell(_greeting(self._folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        if kind is None:  # it is waiting for more, and holds nothing
            self.close()
        else:
            self.interrupt()
            self.close(TIDY_SECONDS)

    def number(self, seconds: float) -> int:
        """Wait until the process has begun, and return its number; 0 if it has not."""
        self._process.begun(seconds)
        return self._process.pid

    def tell(self, message: Any) -> None:
        """Send a message. If the process is dead, `hear` notices."""
        with contextlib.suppress(OSError):
            self.line.send(message)

    def hear(self) -> Any:
        """Return the next message: an event, an answer, or an error to raise; None if the process is dead.

        A note is a message only where it comes over the line.
        """
        try:
            said = self.line.recv()
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        if isinstance(said, Noted):
            self._heard = Doing(said.note, time.monotonic()) if said.note else None
        return said

    @property
    def doing(self) -> Doing | None:
        """The code of the course that it began last, unless it has done its work."""
        place = self._note
        if place is None:
            return self._heard
        deed, since = place.read() or (None, 0.0)
        return Doing(deed, since) if deed else None

    def another(self) -> Self:
        """Start one more process like this one."""
        return type(self)(*self._wanted)

    def answer(
        self,
        until: Callable[[], float],
        watch: Callable[[Event], None],
        every: float = SECONDS_BETWEEN_LOOKS,
    ) -> tuple[Any, bool]:
        """Return the next answer, and whether it came in time; pass the events before it to `watch`.

        `until` returns the monotonic time after which it is too late; it is called every so many seconds.
        """
        while True:
            try:
                if not self.line.poll(every):
                    if time.monotonic() > until():
                        return None, False
                    continue
            except OSError:  # closed by another thread
                return None, True
            said = self.hear()
            if not isinstance(said, Event | Noted):
                return said, True
            if isinstance(said, Event):
                watch(said)

    def interrupt(self) -> None:
        """Make the process tidy up and end, whatever it is doing."""
        self._process.interrupt()

    def close(self, grace: float = 0.0) -> None:
        """End the process and all that it started; first give it `grace` seconds to tidy up by itself."""
        if grace:
            self.line.close()
            self._process.wait(grace)
        with held():  # killed before its line is closed, it does not begin to tidy up as well
            self._process.kill()
            self.line.close()
            self._heard = self.doing
            if self._note is not None:
                note, self._note = self._note, None
                note.close()
            if self._errors >= 0:
                os.close(self._errors)
                self._errors = -1
                remove(self._folder)

    def last_words(self) -> str:
        """Say how it ended, and which code of the course it began last."""
        doing = self.doing
        last = f". {doing.deed.what} was the last thing that it began" if doing else ""
        return f"{self._how_it_ended()}{last}"

    def _how_it_ended(self) -> str:
        """Return the last line that it wrote to stderr, or its exit code."""
        self._process.wait(1)
        words = last_line(self._errors)
        words = words or self._process.starter_words()
        if words:
            return words
        code = self._process.code
        if code is not None:
            return f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        return "it gave no reason"


def _greeting(folder: str) -> tuple[str, str, dict[str, str], list[str]]:
    """Return the greeting in Python's own types: sources, their folder, environment, search path."""
    home = str(Path(__file__).parents[1])
    return all_sources(), home, {**os.environ, "TMPDIR": folder}, list(sys.path)


def greeted(line: Line) -> None:
    """Receive the greeting, and adopt the sender's environment and search path for the checks.

    Variables read when a process starts, such as OMP_NUM_THREADS and PYTHON*, come too late.

    Raises:
        UsageFault: this process runs other sources than the one that started it.

    """
    sources, home, environment, path = line.recv()
    own_home = str(Path(__file__).parents[1])
    if sources != all_sources():
        raise UsageFault(OTHER_SOURCES.format(home=home, own_home=own_home))
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path


def forget(owner: str) -> None:
    """End what was kept to make this owner's next process begin sooner."""
    end_zygotes(owner)
