"""A node of the cluster: the unpacked course, and the lanes that grade there."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from grader.course.fingerprint import versions
from grader.course.loading import load_course
from grader.digest import all_sources
from grader.engine.bounds import Bounds, without
from grader.engine.job import TRIES, Job
from grader.engine.lanes import START_SECONDS, TIDY_SECONDS, LaneProcess
from grader.engine.setup import READY, Setup
from grader.errors import CourseFaults, GraderError, UsageFault, WorkerFault
from grader.examiner.events import Event
from grader.examiner.outcome import Outcome
from grader.examiner.process import forget
from grader.worker.isolation.ways import WAYS

CONNECT_SECONDS = 10
LATE = "it took too long"


@dataclass(frozen=True)
class Refused:
    """The answer of a node that cannot grade after all: another node has to."""


Said = Outcome | Refused | str


class Node(WorkerPlugin):
    """One node of the cluster: the unpacked course, and a lane for each of its threads.

    It is a plugin of Dask's workers: it travels to every node, including those that join later.
    """

    def __init__(self, name: str, setup: Setup, pack: bytes, needed: dict[str, str]) -> None:
        self.name = name
        self._home = setup.root  # of the course, where the run was started
        self._setup, self._pack, self._needed = setup, pack, needed
        self._is_over = False
        self._lanes: dict[int, LaneProcess] = {}

    async def setup(self, worker: Worker) -> None:
        """Unpack the course, and announce whether this node takes work."""
        self._lock, self._settling = threading.Lock(), asyncio.Lock()
        async with self._settling:
            refusal = await asyncio.to_thread(self._unpack, worker.local_directory)
            self._setup = replace(self._setup, lanes=worker.state.nthreads, run=self.name)
            if not refusal:
                await worker.set_resources(**{self.name: worker.state.nthreads})
            await worker.scheduler.log_event(topic=self.name, msg=[worker.address, refusal])

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002 as Dask calls it
        """End the lanes, and leave nothing of the course."""
        async with self._settling:
            await asyncio.to_thread(self._end)

    def _unpack(self, folder: str) -> str:
        """Unpack into one of Dask's folders, which Dask empties after a worker dies; return `_why_not`."""
        self._folder = tempfile.TemporaryDirectory(prefix="torchgrade-", dir=folder)
        self._setup = replace(self._setup, root=Path(self._folder.name).resolve())
        try:
            with zipfile.ZipFile(io.BytesIO(self._pack)) as archive:
                archive.extractall(self._setup.root)
            return self._why_not()
        except Exception as error:  # whatever is wrong with this node, others can grade
            return str(error).rstrip(".") or type(error).__name__

    def _why_not(self) -> str:
        """Return the reason this node cannot take work, or ""."""
        packages = tuple(load_course(self._setup.root).record.packages)
        for name, version in needed(packages).items():
            if self._needed.get(name) != version:
                return f"its {name} is {version}, not {self._needed.get(name)}"
        way = WAYS[self._setup.isolation]
        if not way.promises or way.lacks():
            return way.lacks()
        with way.workers([]) as server:
            lacking = ", ".join(server.lacking)
        accept = "--isolation process accepts that"
        return f"it cannot confine student code ({lacking} missing; {accept})" if lacking else ""

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
        lanes = [lane for thread in list(self._lanes) if (lane := self._lanes.pop(thread, None))]
        for lane in lanes:
            lane.interrupt()
        for lane in lanes:
            lane.close(TIDY_SECONDS)
        forget(self.name)
        self._folder.cleanup()

    def grade(self, job: Job, seconds: float) -> Said:
        """Grade in this thread's lane; if the lane dies, return a string that says why.

        A check in which the lane is late is given up, and the submission is graded without it.

        Raises:
            GraderError: the course is wrong.

        """
        try:
            lane = self._lanes.get(threading.get_ident()) or self._start_lane(TRIES)
        except (UsageFault, WorkerFault) as error:
            self.refuse(str(error).rstrip("."))
            return Refused()
        lane.give(job)
        bounds = Bounds(seconds)
        said: Outcome | str = self._hear(lane, lambda: bounds.until(lane.doing), bounds.notice)
        if said == LATE and (rest := without(job, lane.doing, bounds)):
            return self.grade(rest, seconds)
        return said

    def _start_lane(self, tries: int) -> LaneProcess:
        with self._lock:
            if self._is_over:
                raise WorkerFault("The run is over.")
            lane = self._lanes[threading.get_ident()] = LaneProcess(self._setup)
        try:
            until = time.monotonic() + START_SECONDS
            said = self._hear(lane, lambda: until)
        except GraderError:
            self._lanes.pop(threading.get_ident(), None)
            lane.close(TIDY_SECONDS)
            raise
        if said == READY:
            return lane
        if tries > 1:
            return self._start_lane(tries - 1)
        raise WorkerFault(f"a grading process could not start: {said}")

    def refuse(self, why: str) -> None:
        """Take no more work. Jobs that the scheduler has already sent are refused one by one."""
        worker = get_worker()

        async def refuse() -> None:
            await worker.set_resources(**{self.name: 0})
            await worker.scheduler.log_event(topic=self.name, msg=[worker.address, why])

        if not self._is_over:
            loop: asyncio.AbstractEventLoop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
            asyncio.run_coroutine_threadsafe(refuse(), loop).result(CONNECT_SECONDS)

    def _hear(
        self,
        lane: LaneProcess,
        until: Callable[[], float],
        watch: Callable[[Event], None] = lambda _event: None,
    ) -> Any:
        """Return a lane's answer, or a string if it died or took too long."""
        said, in_time = lane.answer(until, watch)
        if isinstance(said, GraderError):
            raise self._as_at_home(said)
        if said is not None:
            return said
        if self._lanes.pop(threading.get_ident(), None) is None:
            return "the run is over"  # and the thread that ended it closes the lane
        why = lane.last_words() if in_time else LATE
        lane.close()
        return why

    def _as_at_home(self, error: GraderError) -> GraderError:
        """Return an error with the paths of files as they are where the run was started."""
        if not isinstance(error, CourseFaults):
            return error
        here, home = str(self._setup.root), str(self._home)
        return CourseFaults(replace(f, file=Path(str(f.file).replace(here, home))) for f in error.faults)


def needed(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions that a node must share with the command."""
    return {**versions(packages), "torchgrade": all_sources()}


def grade(name: str, job: Job, seconds: float) -> Said:
    """Do a node's part of a job."""
    node = get_worker().plugins.get(name)
    if not isinstance(node, Node):  # it is just being brought again
        return Refused()
    try:
        return node.grade(job, seconds)
    except GraderError:
        raise
    except Exception as error:  # something is wrong with this node that other nodes may not have
        with contextlib.suppress(Exception):  # it is given to others in any case
            node.refuse(f"{type(error).__name__}: {error}".splitlines()[0].rstrip("."))
        return Refused()
