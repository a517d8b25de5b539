"""Workers that are newly started, each a child with pipes, without forks, sockets or signals."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from signal import SIGABRT, SIGSEGV
from typing import Self

import psutil

from grader.worker import rlimits
from grader.worker.client import Worker
from grader.worker.container import Container
from grader.worker.deadline import waited_for_processor
from grader.worker.ending import BLAMED, SIGKILL, Ending, WorkerLimits
from grader.worker.environment import clean_environment, temporary_in
from grader.worker.fullness import overfull, size_of
from grader.worker.isolation.descendants import MARK, end, inherited_mark, mark_below
from grader.worker.isolation.pipes import Pipes
from grader.worker.temporary import Folder

READY_SECONDS = 120.0  # for importing torch from a cold and slow disk
GRACE = 0.5  # seconds that a worker which has closed its line gets to finish dying
NEARLY = 0.9  # of the CPU time that a worker may use
_PROGRAM = (sys.executable, "-E", "-P", "-m", "grader.worker.isolation.spawned")
_CRASHED = 0xC0000000  # Windows: exit codes from here on are those that Linux would report as a signal


class Spawner:
    """Starts workers that import `preload`; after the first one, the next is always started in advance."""

    def __init__(self, preload: Sequence[str]) -> None:
        """Start the first worker, which imports while the examiner does."""
        self.lanes = 1
        self.in_series = True  # or one file is graded again and again
        self._modules = list(preload)
        self._container = Container()
        self._folder = Folder("server")
        self._mark, self._given = inherited_mark(), 0
        self._living: dict[int, SpawnedWorker] = {}
        self._next: SpawnedWorker | None = self._spawn()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def start(self) -> None:
        """Return at once: the first request shows whether a worker starts."""

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps student code apart here."""
        return ("process", *(["rlimits"] if rlimits.EXIST else []))

    @property
    def lacking(self) -> list[str]:
        """Nothing: it is not meant for strangers' code."""
        return []

    @property
    def missing(self) -> dict[str, str]:
        """Nothing: no layer is tried that could be missing."""
        return {}

    @property
    def pid(self) -> int:
        """The process that starts them, which is this one."""
        return os.getpid()

    def children(self) -> list[int]:
        """Return the workers that have not ended."""
        return list(self._living)

    def load(self, modules: Iterable[str]) -> None:
        """Make later workers import these as well."""
        self._modules += [name for name in modules if name not in self._modules]

    def fork(
        self,
        limits: WorkerLimits,
        files: Path | None = None,
        families: Collection[str] = (),  # noqa: ARG002 each process begins anew
    ) -> Worker:
        """Return a new worker, which has copies of the files in a folder."""
        spawned, self._next = self._next or self._spawn(), None
        self._given += 1
        if self._given > 1:
            self._next = self._spawn()
        scratch = Path(spawned.folder, "scratch") if limits.scratch else None
        if scratch:
            scratch.mkdir()
        bounds = {**asdict(limits), "share": self._container.share(self.lanes)}
        place = scratch
        if files:
            place = scratch or Path(spawned.folder, "files")
            size = _copy(files, place)
            limits = replace(limits, scratch=limits.scratch + size)
        begin = {
            "modules": self._modules,
            "limits": bounds,
            "folder": str(place) if place else None,
            "writes": bool(scratch),
        }
        spawned.wires.send(json.dumps(begin).encode() + b"\n", READY_SECONDS)
        ending = partial(self._end, spawned, limits, self._container.kills())
        look = partial(spawned.took_too_much, limits, scratch)
        waited = partial(waited_for_processor, spawned.process.pid)
        return Worker(spawned.wires, ending, limits, look, READY_SECONDS, waited)

    def close(self) -> None:
        """End all workers and everything that they started."""
        for spawned in list(self._living.values()):
            spawned.wires.close()
            self._finish(spawned)
            list(spawned.wires.rest())
        self._next = None
        self._folder.close()

    def _spawn(self) -> SpawnedWorker:
        mark, folder = mark_below(self._mark), Path(self._folder.path, secrets.token_hex(8))
        folder.mkdir()
        process = subprocess.Popen(  # noqa: S603 our own module
            [*_PROGRAM, str(os.getpid()), *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**clean_environment(), **temporary_in(str(folder)), MARK: mark},
            cwd=folder,
            start_new_session=True,  # Ctrl-C in the terminal reaches only the command
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # as this does on Windows
        )
        spawned = SpawnedWorker(process, folder, mark, Pipes(process))
        self._living[process.pid] = spawned
        return spawned

    def _finish(self, spawned: SpawnedWorker) -> None:
        end(spawned.process, spawned.mark)
        spawned.process.wait()
        self._living.pop(spawned.process.pid, None)

    def _end(self, spawned: SpawnedWorker, limits: WorkerLimits, kills: int, dying: bool) -> Ending:
        """End a worker, and return how it ended, as far as this system reports it."""
        used, lived_on = _seconds_of_children(), True
        if dying:
            with contextlib.suppress(subprocess.TimeoutExpired):
                spawned.process.wait(GRACE)
                lived_on = False
        self._finish(spawned)
        ending = Ending(
            status=SIGKILL if lived_on else _status(spawned.process.returncode),
            spent=_seconds_of_children() - used >= NEARLY * min(limits.cpu, rlimits.strictest_cpu()),
            took=BLAMED,  # people who run their own code want to hear that it used too much
            lived_on=lived_on,
            starved=self._container.kills() > kills,
        )
        return replace(ending, status=SIGABRT) if ending.why == "killed" else ending


@dataclass
class SpawnedWorker:
    """A worker's process, its temporary folder, the mark of everything that it starts, and its wires."""

    process: subprocess.Popen[bytes]
    folder: Path
    mark: str
    wires: Pipes
    _resident: int = field(default=0, init=False)  # bytes, when first measured

    def took_too_much(self, limits: WorkerLimits, scratch: Path | None) -> str:
        """Return what it uses too much of: "memory" or "disk"; otherwise ""."""
        with contextlib.suppress(psutil.Error):
            resident = psutil.Process(self.process.pid).memory_info().rss
            self._resident = self._resident or resident
            if resident - self._resident > limits.memory:
                return "memory"
        return overfull(scratch, limits.scratch) if scratch else ""


def _copy(files: Path, folder: Path) -> int:
    """Copy the files in one folder to another; return how much room they take."""
    folder.mkdir(exist_ok=True)
    for file in files.iterdir():
        shutil.copyfile(file, folder / file.name)
        (folder / file.name).chmod(stat.S_IREAD)
    return size_of(folder, sys.maxsize)


def _status(code: int) -> int:
    """Return an exit code as POSIX writes it in a wait status."""
    if code < 0:
        return -code
    return SIGSEGV if code >= _CRASHED else code << 8


def _seconds_of_children() -> float:
    """Return the CPU time of the children that have ended; Windows does not report it."""
    times = os.times()
    return times.children_user + times.children_system
