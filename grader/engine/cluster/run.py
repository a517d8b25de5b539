"""A run on a cluster, as the command that started it sees it."""

from __future__ import annotations

import contextlib
import logging
import queue
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from distributed import Client, Future
from distributed.comm.addressing import get_address_host_port

from grader.course.loading import load_course
from grader.engine.cluster.node import CONNECT_SECONDS, Node, Refused, Said, grade, needed
from grader.engine.cluster.packing import pack_course
from grader.engine.cluster.usher import LOOK_SECONDS, Usher
from grader.engine.job import TRIES, Job
from grader.engine.lanes import Ungraded
from grader.engine.setup import Setup
from grader.errors import GraderError, UsageFault
from grader.examiner.outcome import Outcome

AHEAD = 4  # jobs that are under way for each thread of the cluster
ALONE_SECONDS = 120.0  # that a run waits for a node when there is none
_LOGGERS = ("distributed", "distributed.client", "tornado", "asyncio")


@dataclass(frozen=True)
class DaskLanes:
    """The lanes of a cluster, by the address of its scheduler; `seconds` limits one job."""

    setup: Setup
    address: str
    seconds: Callable[[Job], float]
    ungraded: Ungraded
    tell: Callable[[str], None]

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Grade jobs on the cluster's nodes, and yield each with its outcome.

        Raises:
            UsageFault: there is no such cluster, none of its nodes may take work, or all have left.

        """
        first = list(islice(jobs, 1))
        if not first:
            return
        _hush()
        try:
            get_address_host_port(self.address)  # a Client that fails to start leaves more to tidy up
            client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise UsageFault(f"There is no Dask scheduler at {self.address}: {error}.") from None
        with client:
            name = f"torchgrade-{client.id}"
            self._join(client, name)
            yield from _Run(self, client, name, chain(first, jobs)).results()

    def _join(self, client: Client, name: str) -> None:
        """Put the course on every node, and make sure that it will be taken away."""
        packages = tuple(load_course(self.setup.root).record.packages)
        pack = pack_course(self.setup.root, self.setup.exercises)
        try:
            client.register_plugin(
                Usher(client.id, Node(name, self.setup, pack, needed(packages))), name=name
            )
        except Exception as error:  # above all, a scheduler without this program
            why = f"{type(error).__name__}: {error}"
            raise UsageFault(f"The Dask cluster at {self.address} cannot grade: {why}.") from None


class _Run:
    """One run on a cluster: its jobs in progress, and which nodes take work."""

    def __init__(self, lanes: DaskLanes, client: Client, name: str, jobs: Iterator[Job]) -> None:
        self._lanes, self._client, self._name, self._jobs = lanes, client, name, jobs
        self._open: dict[Future[Any], Job] = {}
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._tries: dict[int, int] = {}
        self._told: set[str] = set()
        self._left: set[str] = set()  # nodes whose jobs others have taken over
        self._threads = 0  # of the nodes that take work
        self._looked = -LOOK_SECONDS
        self._alone_since: float | None = None

    def results(self) -> Iterator[tuple[Job, Outcome]]:
        """Keep the nodes busy until everything is graded."""
        try:
            yield from self._results()
        except GraderError:
            raise
        except Exception as error:  # whatever the scheduler was being asked when it ended
            if self._client.status == "running" and not isinstance(error, OSError | CancelledError):
                raise
            raise self._gone() from None

    def _gone(self) -> UsageFault:
        message = f"The Dask scheduler at {self._lanes.address} is gone."
        return UsageFault(f"{message} Run again: graded submissions are kept.")

    def _results(self) -> Iterator[tuple[Job, Outcome]]:
        while True:
            self._look()
            self._fill()
            if not self._open:
                return
            with contextlib.suppress(queue.Empty):
                yield from self._settle(self._done.get(timeout=LOOK_SECONDS))

    def _look(self) -> None:
        """Check now and then which nodes take work; name the others."""
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
        if refusals and not nodes and all(why for _, why in answers):  # it never had a node that did
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
            job = self._open.pop(future)
            future.cancel()
            self._submit(job)

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
            raise UsageFault(f"{none} Run again: graded submissions are kept.")

    def _fill(self) -> None:
        for job in islice(self._jobs, max(0, AHEAD * max(1, self._threads) - len(self._open))):
            self._submit(job)

    def _submit(self, job: Job) -> None:
        seconds = self._lanes.seconds(job)
        resources = {self._name: 1}
        future = self._client.submit(grade, self._name, job, seconds, pure=False, resources=resources)
        self._open[future] = job
        future.add_done_callback(self._done.put)

    def _settle(self, future: Future[Any]) -> Iterator[tuple[Job, Outcome]]:
        """Yield the outcome of a job; if its lane died, try it once more, and then leave it ungraded."""
        job = self._open.pop(future, None)
        if job is None:
            return  # another node has it now
        said = self._said(future)
        if isinstance(said, Outcome):
            yield job, said
            return
        if isinstance(said, Refused):
            self._submit(job)
            return
        self._tries[job.number] = self._tries.get(job.number, 0) + 1
        if self._tries[job.number] < TRIES:
            self._submit(job)
        else:
            message = f"The process that graded this ended twice: {said}."
            yield job, Outcome(self._lanes.ungraded(job, message))

    def _said(self, future: Future[Any]) -> Said:
        try:
            said: Said = future.result()
        except GraderError:
            raise
        except CancelledError:
            raise self._gone() from None
        except Exception as error:  # as KilledWorker: it was in progress on several nodes that died
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return said


def _refused(refusals: Mapping[str, str]) -> str:
    reasons = "; ".join(f"{node}: {why}" for node, why in refusals.items())
    return f"No node of the cluster takes work. {reasons}."


def _hush() -> None:
    """Silence Dask's logging: what matters of it becomes an error of the grader's."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed|dask")
