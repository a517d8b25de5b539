"""A command run in a process of its own, and disturbed at one of its writes.

It is a fork of a process that has imported what commands need, so a run takes as long as its own work. Not of
pytest, which is much larger: a fork copies each page of memory that it writes to. Counted are the calls of Python's by which
files, folders and names are made, changed and removed, and the statements that SQLite is given. At the write
whose turn it is the process kills itself (half of what it writes is written), interrupts itself, or its disk is
full from then on: each such call raises ENOSPC, and the kernel lets no file grow (SQLite sees that).
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import errno
import gc
import importlib
import io
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import click
from sqlalchemy import Engine, event

from grader.cli import course, entry, examine  # noqa: F401 so that it is imported
from grader.course.loading import load_course
from grader.digest import digest_of
from grader.engine import lanes
from grader.engine.job import Job
from grader.engine.lane import Lane
from grader.engine.setup import Setup
from grader.examiner import bench
from grader.examiner.collection import with_suite
from grader.examiner.outcome import Outcome
from grader.gradebook import database
from grader.handout.wheel import own_wheel
from grader.worker import forkserver, interrupts, server, start, zygote
from grader.worker.environment import clean_environment
from grader.worker.pages import collapse
from grader.worker.starting import ServerPlace, Start, forked
from grader.worker.zygote import end_zygotes

ROOT = Path(__file__).resolve().parents[2]
_BEGIN = "import sys; sys.path[0] = {root!r}; from tests.cli import disturbing; disturbing.serve({line})"
KILL, INTERRUPT, FULL = "kill", "interrupt", "full"
CALLS = ("mkdir", "rmdir", "unlink", "remove", "replace", "rename", "link", "ftruncate", "truncate", "write")
GROWING = {"mkdir", "open", "write"}
_engine_of = lru_cache(maxsize=2)(database._engine)  # a fork of an open one has compiled its statements
CACHE = [Path()]  # the folder of the results that are known
SECONDS = 300  # after which a run counts as hanging


@dataclass
class Disturbance:
    """What is to happen, and at which write; `at` 0: nothing, but count. what is written into the folders `but` does not count."""

    what: str = ""
    at: int = 0
    but: tuple[Path, ...] = ()
    count: int = 0
    pid: int = 0

    @property
    def is_full(self) -> bool:
        return self.what == FULL and 0 < self.at <= self.count

    def write(self, real: Callable[..., Any], name: str, *arguments: Any, **options: Any) -> Any:
        """Do what a call does, unless it is its turn."""
        if os.getpid() != self.pid or self._is_elsewhere(arguments[0] if arguments else ""):
            return real(*arguments, **options)
        self.count += 1
        if self.at and self.count == self.at:
            self._disturb(real, name, arguments)
        if self.is_full and name in GROWING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *_names(arguments))
        return real(*arguments, **options)

    def _disturb(self, real: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> None:
        if self.what == KILL:
            if name == "write":
                real(arguments[0], arguments[1][: len(arguments[1]) // 2])
            os.kill(self.pid, signal.SIGKILL)
        elif self.what == INTERRUPT:
            os.kill(self.pid, signal.SIGINT)
        elif self.what == FULL:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def _is_elsewhere(self, place: Any) -> bool:
        """Return whether a write goes to a pipe, or to the folder that does not count."""
        is_open = isinstance(place, int)
        name = os.readlink(f"/proc/self/fd/{place}") if is_open else os.fsdecode(place)  # noqa: PTH115 it is quicker
        is_pipe = is_open and not name.startswith("/")
        return is_pipe or name.startswith(tuple(f"{folder}/" for folder in self.but))


def _names(arguments: tuple[Any, ...]) -> list[Any]:
    return [arguments[0]] if arguments and not isinstance(arguments[0], int) else []


def _take_over(disturbance: Disturbance) -> None:
    """Count every write of this process from now on."""
    disturbance.pid = os.getpid()

    def counted(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        return lambda *arguments, **options: disturbance.write(real, name, *arguments, **options)

    real_open, real_file = os.open, io.open

    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            return int(disturbance.write(real_open, "open", path, flags, *rest, **options))
        return real_open(path, flags, *rest, **options)

    def file(path: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if set(mode) & set("wax+") and not isinstance(path, int):
            stream = disturbance.write(real_file, "open", path, mode, *rest, **options)
            disturbance.write(lambda _path: None, "fill", path)  # it is there, and empty
            return stream
        return real_file(path, mode, *rest, **options)

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name), name))
    os.open = opened
    io.open = builtins.open = file  # type: ignore[assignment]
    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, lambda *_: disturbance.write(lambda: None, "statement"))


@dataclass
class _Here:
    """Lanes in this process: the first grades, with a fork server that is forked; later ones know what came of it."""

    setup: Setup
    most: int
    seconds: Any
    ungraded: Any

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        asked = list(jobs)
        if not asked:  # all is graded already
            return
        exercise = (
            self.setup.root / "exercises" / asked[0].handed_in.exercise / "exercise.yaml"
        ).read_bytes()
        kept = CACHE[0] / digest_of(exercise + pickle.dumps(asked))
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_graded(self.setup, asked)))
        yield from pickle.loads(kept.read_bytes())


def _graded(setup: Setup, jobs: Sequence[Job]) -> list[tuple[Job, Outcome]]:
    course = load_course(setup.root)
    with Lane(course, setup) as lane:
        return with_suite(
            course, setup.exercises, lambda suite: [(one, lane.grade(one, suite)) for one in jobs]
        )


def _executed(_preload: Sequence[str], *, bubblewrap: bool) -> Start:
    assert not bubblewrap
    return forked(server.serve)


@dataclass
class _ForkedZygote:
    """A zygote that is a fork of the command: it need not import again, and ends as one that was executed."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return 0 if it has ended."""
        return self._waited(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait until it has ended."""
        return self._waited(0)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _waited(self, options: int) -> int | None:
        if self.returncode is None and os.waitpid(self.pid, options)[0]:
            self.returncode = 0
        return self.returncode


def _forked_zygote(modules: Sequence[str], control: int, errors: int) -> _ForkedZygote:
    def serve(line: socket.socket) -> None:
        os.environ.clear()
        os.environ.update(clean_environment())
        for number in interrupts.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        sys.argv = ["start", str(line.fileno()), *modules]
        start.main()

    place = ServerPlace(control, errors, tempfile.gettempdir())
    return _ForkedZygote(forked(serve)(place).pid)


def grade_by_forks(replace: Callable[[object, str, object], None]) -> None:
    """Let the commands of this process fork what they would execute; results are known from the folder `CACHE`."""
    replace(forkserver, "executed", _executed)
    replace(zygote, "executed", _forked_zygote)
    replace(lanes.LocalLanes, "run", _Here.run)
    replace(database, "_engine", _engine_of)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, or minus the signal that killed it; what it said; its writes."""

    code: int
    out: str
    err: str
    count: int


@dataclass(frozen=True)
class _Typed:
    """A command that is typed in a folder, with a folder for temporary files."""

    module: str
    folder: Path
    arguments: tuple[str, ...]
    temporary: Path
    disturbance: Disturbance | None  # None: it is rehearsed
    environment: dict[str, str]


def run(
    command: click.Command,
    folder: Path,
    arguments: Sequence[str],
    temporary: Path,
    disturbance: Disturbance | None,
    imported: tuple[str, ...] = (),
) -> Ended:
    """Run a command in a folder, with a folder for temporary files, and with modules that are imported already."""
    assert command.callback
    module = command.callback.__module__
    line = _small(imported)
    line.send(_Typed(module, folder, tuple(arguments), temporary, disturbance, dict(os.environ)))
    ended = line.recv()
    assert isinstance(ended, Ended), ended
    return ended


def rehearse(
    command: click.Command,
    folder: Path,
    arguments: Sequence[str],
    temporary: Path,
    imported: tuple[str, ...] = (),
) -> None:
    """Run a command in the process that will be forked: what is done once in a process, no fork of it does again."""
    assert run(command, folder, arguments, temporary, None, imported).code in {0, 1}


@lru_cache
def _small(imported: tuple[str, ...]) -> Connection:
    """Start a process that is forked for each run, and ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        begin = _BEGIN.format(root=str(ROOT), line=theirs.fileno())
        small = subprocess.Popen([sys.executable, "-c", begin, *imported], pass_fds=[theirs.fileno()])
    line = Connection(ours.detach())
    atexit.register(_end, line, small)
    return line


def _end(line: Connection, small: subprocess.Popen[bytes]) -> None:
    line.close()
    small.wait()


def serve(number: int) -> None:
    """Run what is asked for, each in a fork, until nobody can ask any more."""
    os.set_inheritable(number, False)
    _prepare(sys.argv[1:])
    line = Connection(number)
    with contextlib.suppress(EOFError):
        while True:
            typed = line.recv()
            line.send(_forked(typed) if typed.disturbance else _rehearsed(typed))


def _prepare(imported: Sequence[str]) -> None:
    """Do once what else every run would do."""
    of_commands = [f"grader.cli.{module}" for module, *_ in course.PARTS.values()]
    for module in (*of_commands, "grader.proof.proving", "nbformat", "sqlalchemy.dialects.sqlite", *imported):
        importlib.import_module(module)
    own_wheel()
    bench.warm_up()
    grade_by_forks(setattr)
    gc.collect()
    gc.freeze()


def _rehearsed(typed: _Typed) -> Ended:
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        code = _ended(_set_up(typed))
    end_zygotes()
    collapse()  # a fork copies an entry for each page
    return Ended(code, "", "", 0)


def _forked(typed: _Typed) -> Ended:
    pipes = [os.pipe() for _ in range(3)]
    pid = os.fork()
    if pid == 0:
        try:
            signal.alarm(SECONDS)
            code = _child(typed, [writing for _, writing in pipes])
        except BaseException:
            import traceback

            traceback.print_exc()
            code = 99
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)
    for _, writing in pipes:
        os.close(writing)
    out, err, count = (_all(reading) for reading, _ in pipes)
    status = os.waitpid(pid, 0)[1]
    return Ended(os.waitstatus_to_exitcode(status), out, err, int(count or 0))


def _all(reading: int) -> str:
    with os.fdopen(reading, encoding="utf-8") as stream:
        return stream.read()


def _child(typed: _Typed, ends: list[int]) -> int:
    null = os.open(os.devnull, os.O_RDONLY)
    for number, end in ((0, null), (1, ends[0]), (2, ends[1])):
        os.dup2(end, number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode) for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    for end in ends[:2]:
        os.close(end)
    command, disturbance = _set_up(typed), typed.disturbance
    assert disturbance
    disturbance.but += (CACHE[0],)
    gc.disable()
    interrupts.leave_at_once()
    _take_over(disturbance)
    code = _ended(command)
    os.write(ends[2], str(disturbance.count).encode())
    return code


def _set_up(typed: _Typed) -> click.Command:
    """Enter the folder of a command, and return the command."""
    command = importlib.import_module(typed.module).command
    assert isinstance(command, click.Command)
    os.chdir(typed.folder)
    os.environ.clear()
    os.environ.update(typed.environment)
    tempfile.tempdir = os.environ["TMPDIR"] = str(typed.temporary)
    os.environ.update(clean_environment())  # that the fork server would have of its own
    sys.argv = [command.name or "", *typed.arguments]
    CACHE[0] = typed.temporary.parent / "cache"
    CACHE[0].mkdir(exist_ok=True)
    return command


def _ended(command: click.Command) -> int:
    try:
        entry.run(command)
    except SystemExit as left:
        return int(str(left.code))
