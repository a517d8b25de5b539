"""Lanes on a Dask cluster (the extra `torchgrade[dask]`).

The course travels as one packed file, submissions as bytes, and reports come back. Each thread of a node has
a lane of its own, in a process of its own. Every run has a name, and each node that may take work says that
it has as much of a resource of that name as it has threads. Dask gives tasks only to nodes that have it, also
to those that join later, and gives the tasks of a node that vanishes to others. The scheduler brings the run
to each node by itself, so none waits for another. What a node has that no longer answers is given to others.
When the command is gone, however it ended, the scheduler takes the run off the nodes.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import queue
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from distributed import Client, Future, Scheduler, SchedulerPlugin, Worker, WorkerPlugin, get_worker
from distributed.comm.addressing import get_address_host_port
from distributed.core import Status
from distributed.protocol.pickle import dumps

from grader.course.file_names import COURSE_FILE
from grader.course.fingerprint import versions
from grader.course.loading import load_course
from grader.digest import all_sources
from grader.engine.lanes import START_SECONDS, TIDY_SECONDS, LaneProcess, Ungraded
from grader.engine.task import READY, TRIES, Result, Setup, Task
from grader.errors import CourseFaults, GraderError, UsageFault, WorkerFault
from grader.worker.isolation.ways import WAYS

AHEAD = 4  # tasks that are under way for each thread of the cluster
CONNECT_SECONDS = 10
ALONE_SECONDS = 120.0  # that a run waits for a node when there is none
SILENT_SECONDS = 20.0  # after which a node gets no more work: nodes usually say something each second
LOOK_SECONDS = 1.0  # between two looks at the nodes
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LOGGERS = ("distributed", "distributed.client", "tornado", "asyncio")


def pack_course(root: Path, exercises: tuple[str, ...]) -> bytes:
    """The course as one zip: course.yaml and the folders of these exercises, always the same bytes.

    What nodes have no use for stays here: the gradebook's address, which may hold a password, and the rules.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        record = load_course(root).record.model_dump(mode="json", exclude={"gradebook", "rules"})
        archive.writestr(zipfile.ZipInfo(COURSE_FILE, _EPOCH), json.dumps(record), zipfile.ZIP_DEFLATED)
        for name in record["exercises"]:
            folder = root / "exercises" / name
            archive.writestr(zipfile.ZipInfo(f"exercises/{name}/", _EPOCH), b"")  # course.yaml names them all
            for file in sorted(folder.rglob("*") if name in exercises else ()):
                if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                    _write(archive, root, file)
    return stream.getvalue()


def _write(archive: zipfile.ZipFile, root: Path, file: Path) -> None:
    info = zipfile.ZipInfo(file.relative_to(root).as_posix(), _EPOCH)
    archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Refused:
    """What a node answers that cannot grade after all: another one has to."""


Said = Result | Refused | str


class Node(WorkerPlugin):
    """One node of the cluster: the unpacked course, and a lane for each of its threads.

    A plugin of Dask's workers: it travels to every node, and to those that join later.
    """

    def __init__(self, name: str, setup: Setup, pack: bytes, needed: dict[str, str]) -> None:
        self.name = name
        self._home = setup.root  # of the course, where the run was started
        self._setup, self._pack, self._needed = setup, pack, needed
        self._is_over = False
        self._lanes: dict[int, LaneProcess] = {}

    async def setup(self, worker: Worker) -> None:
        """Unpack the course, and say whether this node takes work."""
        self._lock, self._settling = threading.Lock(), asyncio.Lock()
        async with self._settling:
            refusal = await asyncio.to_thread(self._unpack, worker.local_directory)
            self._setup = replace(self._setup, lanes=worker.state.nthreads)
            if not refusal:
                await worker.set_resources(**{self.name: worker.state.nthreads})
            await worker.scheduler.log_event(topic=self.name, msg=[worker.address, refusal])

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002 as Dask calls it
        """End the lanes, and leave nothing of the course."""
        async with self._settling:
            await asyncio.to_thread(self._end)

    def _unpack(self, folder: str) -> str:
        """Unpack into a folder of Dask's, who empties those of workers that died; returns `_why_not`."""
        self._folder = tempfile.TemporaryDirectory(prefix="torchgrade-", dir=folder)
        self._setup = replace(self._setup, root=Path(self._folder.name).resolve())
        try:
            with zipfile.ZipFile(io.BytesIO(self._pack)) as archive:
                archive.extractall(self._setup.root)
            return self._why_not()
        except Exception as error:  # whatever is wrong with this node, others can grade
            return str(error).rstrip(".") or type(error).__name__

    def _why_not(self) -> str:
        """Why this node may not take work; nothing if it may."""
        packages = tuple(load_course(self._setup.root).record.packages)
        for name, version in _needed(packages).items():
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
        self._folder.cleanup()

    def grade(self, task: Task, seconds: float) -> Said:
        """Grade in this thread's lane; a text says why the lane died.

        Raises:
            GraderError: the course is wrong.

        """
        try:
            lane = self._lanes.get(threading.get_ident()) or self._start_lane(TRIES)
        except (UsageFault, WorkerFault) as error:
            self.refuse(str(error).rstrip("."))
            return Refused()
        lane.give(task)
        said: Result | str = self._hear(lane, seconds)
        return said

    def _start_lane(self, tries: int) -> LaneProcess:
        with self._lock:
            if self._is_over:
                raise WorkerFault("The run is over.")
            lane = self._lanes[threading.get_ident()] = LaneProcess(self._setup)
        try:
            said = self._hear(lane, START_SECONDS)
        except GraderError:
            self._lanes.pop(threading.get_ident(), None)
            lane.close(TIDY_SECONDS)
            raise
        if said == READY:
            return lane
        if tries > 1:
            return self._start_lane(tries - 1)
        raise WorkerFault(f"a process that grades could not start: {said}")

    def refuse(self, why: str) -> None:
        """Take no more work. What the scheduler has sent already is refused, one by one."""
        worker = get_worker()

        async def refuse() -> None:
            await worker.set_resources(**{self.name: 0})
            await worker.scheduler.log_event(topic=self.name, msg=[worker.address, why])

        if not self._is_over:
            loop: asyncio.AbstractEventLoop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
            asyncio.run_coroutine_threadsafe(refuse(), loop).result(CONNECT_SECONDS)

    def _hear(self, lane: LaneProcess, seconds: float) -> Any:
        """What a lane says; a text if it died or took too long."""
        in_time = True
        with contextlib.suppress(OSError):  # it is closed: the run is over
            in_time = lane.line.poll(seconds)
        said = lane.hear() if in_time else None
        if isinstance(said, GraderError):
            raise self._as_at_home(said)
        if said is not None:
            return said
        if self._lanes.pop(threading.get_ident(), None) is None:
            return "the run is over"  # and whoever ended it closes the lane
        why = lane.last_words() if in_time else "it took too long"
        lane.close()
        return why

    def _as_at_home(self, error: GraderError) -> GraderError:
        """An error with the places of files as they are where the run was started."""
        if not isinstance(error, CourseFaults):
            return error
        here, home = str(self._setup.root), str(self._home)
        return CourseFaults(replace(f, file=Path(str(f.file).replace(here, home))) for f in error.faults)


def _needed(packages: tuple[str, ...]) -> dict[str, str]:
    """The versions that a node must share with the command."""
    return {**versions(packages), "torchgrade": all_sources()}


def _grade(name: str, task: Task, seconds: float) -> Said:
    """Do what a node does for a task."""
    node = get_worker().plugins.get(name)
    if not isinstance(node, Node):  # it is just being brought again
        return Refused()
    try:
        return node.grade(task, seconds)
    except GraderError:
        raise
    except Exception as error:  # something is wrong with this node that others need not have
        with contextlib.suppress(Exception):  # it is given to others in any case
            node.refuse(f"{type(error).__name__}: {error}".splitlines()[0].rstrip("."))
        return Refused()


class Usher(SchedulerPlugin):
    """Brings a run to each node, gives it work, and takes the run off as soon as its client is gone."""

    def __init__(self, client: str, node: Node) -> None:
        self.name = node.name
        self._client, self._node = client, dumps(node)
        self._silent = SILENT_SECONDS

    async def start(self, scheduler: Scheduler) -> None:
        """Begin: Dask calls this first."""
        self._scheduler, self._spoken = scheduler, set[str]()
        self._refused: dict[str, float] = {}  # nodes, with what they had of the resource
        scheduler.worker_plugins[self.name] = self._node  # for nodes that join later
        # Whoever begins something in a loop has to hold it.
        self._begun = {asyncio.ensure_future(self._bring(address)) for address in list(scheduler.workers)}
        self._begun.add(asyncio.ensure_future(self._watch()))

    async def _bring(self, address: str) -> None:
        """Have the run on a node, however long that takes."""
        message = {"op": "plugin-add", "plugin": self._node, "name": self.name}
        while address in self._scheduler.workers:
            answers = await self._scheduler.broadcast(msg=message, workers=[address], on_error="return")
            answer = answers[address]
            if address in self._spoken:
                return  # it has the run, whatever became of the answer
            if not isinstance(answer, OSError):
                break
            await asyncio.sleep(LOOK_SECONDS)  # it cannot be reached just now
        else:
            return
        if isinstance(answer, Exception):  # above all, a node without this program
            why = str(answer) or type(answer).__name__
            self._refuse(address, why.splitlines()[0].rstrip("."))
        elif answer["status"] == "error":
            self._refuse(address, str(answer.get("exception_text", "it cannot have the run")).rstrip("."))

    async def _watch(self) -> None:
        """Look for nodes that no longer answer, as long as there is this run."""
        while self.name in self._scheduler.worker_plugins:
            began = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() > began + 2 * LOOK_SECONDS:
                continue  # it was the scheduler that did not listen
            for address, node in list(self._scheduler.workers.items()):
                if time.time() > node.last_seen + self._silent:
                    self._refuse(address, "it no longer answers")
                elif self._refused.get(address):
                    self._accept(address)

    def _refuse(self, address: str, why: str) -> None:
        if address not in self._refused:
            self._refused[address] = self._scheduler.workers[address].resources.get(self.name, 0)
            self._scheduler.add_resources(worker=address, resources={self.name: 0})
            self._scheduler.log_event(self.name, [address, why])

    def _accept(self, address: str) -> None:
        """Give work again to a node that had some before it was silent."""
        self._scheduler.add_resources(worker=address, resources={self.name: self._refused[address]})
        self._scheduler.log_event(self.name, [address, ""])

    def log_event(self, topic: str, msg: Any) -> None:
        """Give a node work: Dask calls this when it says whether it takes some."""
        if topic == self.name:
            self._spoken.add(msg[0])
        node = self._scheduler.workers.get(msg[0]) if topic == self.name and not msg[1] else None
        self._refused.pop("" if node is None else node.address, None)
        if node is not None and node.status is Status.running:
            # What waits for the resource is looked at again only when a node joins or goes on.
            for status in (Status.paused, Status.running):
                self._scheduler.handle_worker_status_change(status, node, self.name)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Take the run off the nodes: Dask calls this when any client is gone."""
        if client == self._client:
            for begun in self._begun:
                begun.cancel()
            scheduler.remove_plugin(self.name)
            scheduler.loop.add_callback(scheduler.unregister_worker_plugin, None, self.name)


@dataclass(frozen=True)
class DaskLanes:
    """The lanes of a cluster, by the address of its scheduler; `seconds` bounds one task of an exercise."""

    setup: Setup
    address: str
    seconds: Callable[[str], float]
    ungraded: Ungraded
    tell: Callable[[str], None]

    def run(self, tasks: Iterator[Task]) -> Iterator[Result]:
        """Grade tasks on the cluster's nodes.

        Raises:
            UsageFault: there is no such cluster, none of its nodes may take work, or all have left.

        """
        first = list(islice(tasks, 1))
        if not first:
            return
        _hush()
        try:
            get_address_host_port(self.address)  # a Client that does not begin leaves more to tidy up
            client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise UsageFault(f"There is no Dask scheduler at {self.address}: {error}.") from None
        with client:
            name = f"torchgrade-{client.id}"
            self._join(client, name)
            yield from _Run(self, client, name, chain(first, tasks)).results()

    def _join(self, client: Client, name: str) -> None:
        """Have the course on every node, and see to it that it will be taken away."""
        packages = tuple(load_course(self.setup.root).record.packages)
        pack = pack_course(self.setup.root, self.setup.exercises)
        try:
            client.register_plugin(
                Usher(client.id, Node(name, self.setup, pack, _needed(packages))), name=name
            )
        except Exception as error:  # above all, a scheduler without this program
            why = f"{type(error).__name__}: {error}"
            raise UsageFault(f"The Dask cluster at {self.address} cannot grade: {why}.") from None


class _Run:
    """One run on a cluster: what is under way, and which nodes take work."""

    def __init__(self, lanes: DaskLanes, client: Client, name: str, tasks: Iterator[Task]) -> None:
        self._lanes, self._client, self._name, self._tasks = lanes, client, name, tasks
        self._open: dict[Future[Any], Task] = {}
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._tries: dict[int, int] = {}
        self._told: set[str] = set()
        self._left: set[str] = set()  # nodes whose tasks others have
        self._threads = 0  # of the nodes that take work
        self._looked = -LOOK_SECONDS
        self._alone_since: float | None = None

    def results(self) -> Iterator[Result]:
        """Keep the nodes busy until everything is graded."""
        try:
            yield from self._results()
        except GraderError:
            raise
        except Exception as error:  # whatever was being asked of the scheduler when it went
            if self._client.status == "running" and not isinstance(error, OSError | CancelledError):
                raise
            raise self._gone() from None

    def _gone(self) -> UsageFault:
        message = f"The Dask scheduler at {self._lanes.address} is gone."
        return UsageFault(f"{message} Run again: what was graded is kept.")

    def _results(self) -> Iterator[Result]:
        while True:
            self._look()
            self._fill()
            if not self._open:
                return
            with contextlib.suppress(queue.Empty):
                yield from self._settle(self._done.get(timeout=LOOK_SECONDS))

    def _look(self) -> None:
        """See, now and then, which nodes take work; the others are named."""
        now = time.monotonic()
        if now < self._looked + LOOK_SECONDS:
            return
        self._looked = now
        answers = [answer for _, answer in self._client.get_events(self._name)]
        said: dict[str, str] = dict(answers)
        refusals = {node: why for node, why in said.items() if why}
        self._left &= refusals.keys()
        nodes = {node: threads for node, threads in self._client.nthreads().items() if node not in refusals}
        self._threads = sum(threads for node, threads in nodes.items() if node in said)
        if refusals and not nodes and all(why for _, why in answers):  # it never had one that did
            raise UsageFault(_refused(refusals))
        for node, why in refusals.items():
            self._tell_once(f"{node} takes no work: {why}.")
            self._give_to_others(node)
        self._wait_for_nodes(now, refusals, nodes.keys() - said.keys())

    def _give_to_others(self, node: str) -> None:
        """Submit again what a node that takes no more work still has."""
        if node in self._left:
            return
        self._left.add(node)
        there = set(self._client.processing().get(node, ()))  # it may have gone meanwhile
        for future in [future for future in self._open if future.key in there]:
            task = self._open.pop(future)
            future.cancel()
            self._submit(task)

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._lanes.tell(sentence)

    def _wait_for_nodes(self, now: float, refusals: Mapping[str, str], quiet: AbstractSet[str]) -> None:
        """Wait for nodes to join, and for those that have said nothing yet."""
        if self._threads:
            self._alone_since = None
            return
        if self._alone_since is None:
            self._alone_since = now
        if not quiet or now > self._alone_since + CONNECT_SECONDS:
            self._tell_once("The cluster has no node that takes work. Waiting for one ...")
        if now > self._alone_since + ALONE_SECONDS:
            none = _refused(refusals) if refusals else "No node has joined the cluster."
            raise UsageFault(f"{none} Run again: what was graded is kept.")

    def _fill(self) -> None:
        for task in islice(self._tasks, max(0, AHEAD * max(1, self._threads) - len(self._open))):
            self._submit(task)

    def _submit(self, task: Task) -> None:
        seconds = self._lanes.seconds(task.exercise)
        resources = {self._name: 1}
        future = self._client.submit(_grade, self._name, task, seconds, pure=False, resources=resources)
        self._open[future] = task
        future.add_done_callback(self._done.put)

    def _settle(self, future: Future[Any]) -> Iterator[Result]:
        """Take in what came of a task: if its lane died it is tried once more, and then ungraded."""
        task = self._open.pop(future, None)
        if task is None:
            return  # another node has it now
        said = self._said(future)
        if isinstance(said, Result):
            yield said
            return
        if isinstance(said, Refused):
            self._submit(task)
            return
        self._tries[task.number] = self._tries.get(task.number, 0) + 1
        if self._tries[task.number] < TRIES:
            self._submit(task)
        else:
            message = f"The process that graded this ended twice: {said}."
            yield Result(task.number, self._lanes.ungraded(task, message), b"", 0.0)

    def _said(self, future: Future[Any]) -> Said:
        try:
            said: Said = future.result()
        except GraderError:
            raise
        except CancelledError:
            raise self._gone() from None
        except Exception as error:  # as KilledWorker: it was under way on several nodes that died
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return said


def _refused(refusals: Mapping[str, str]) -> str:
    reasons = "; ".join(f"{node}: {why}" for node, why in refusals.items())
    return f"No node of the cluster takes work. {reasons}."


def _hush() -> None:
    """Keep Dask's log from who types a command: what matters of it becomes an error of ours."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed|dask")
