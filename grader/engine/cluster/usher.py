"""The scheduler's part in a run: it brings the run to each node and takes it off again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from distributed import Scheduler, SchedulerPlugin
from distributed.core import Status
from distributed.protocol.pickle import dumps

from grader.engine.cluster.node import Node

SILENT_SECONDS = 20.0  # after which a node gets no more work: nodes usually report each second
LOOK_SECONDS = 1.0  # between two looks at the nodes


class Usher(SchedulerPlugin):
    """Brings a run to each node, gives it work, and takes the run off as soon as its client is gone."""

    def __init__(self, client: str, node: Node) -> None:
        self.name = node.name
        self._client, self._node = client, dumps(node)
        self._silent = SILENT_SECONDS

    async def start(self, scheduler: Scheduler) -> None:
        """Begin: Dask calls this first."""
        self._scheduler, self._spoken = scheduler, set[str]()
        self._refused: dict[str, float] = {}  # nodes, with their former amount of the resource
        scheduler.worker_plugins[self.name] = self._node  # for nodes that join later
        # The loop holds tasks only weakly, so they are held here.
        self._begun = {asyncio.ensure_future(self._bring(address)) for address in list(scheduler.workers)}
        self._begun.add(asyncio.ensure_future(self._watch()))

    async def _bring(self, address: str) -> None:
        """Bring the run to a node, however long that takes."""
        message = {"op": "plugin-add", "plugin": self._node, "name": self.name}
        while address in self._scheduler.workers:
            answers = await self._scheduler.broadcast(msg=message, workers=[address], on_error="return")
            answer = answers[address]
            if address in self._spoken:
                return  # it has the run, whatever happened to the answer
            if not isinstance(answer, OSError):
                break
            await asyncio.sleep(LOOK_SECONDS)  # it cannot be reached just now
        else:
            return
        if isinstance(answer, Exception):  # above all, a node without this program
            why = str(answer) or type(answer).__name__
            self._refuse(address, why.splitlines()[0].rstrip("."))
        elif answer["status"] == "error":
            self._refuse(address, str(answer.get("exception_text", "it cannot receive this run")).rstrip("."))

    async def _watch(self) -> None:
        """Look for nodes that no longer answer, until this run ends."""
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
        """Give work again to a node that took some before it was silent."""
        self._scheduler.add_resources(worker=address, resources={self.name: self._refused[address]})
        self._scheduler.log_event(self.name, [address, ""])

    def log_event(self, topic: str, msg: Any) -> None:
        """Give a node work: Dask calls this when the node says whether it takes some."""
        if topic == self.name:
            self._spoken.add(msg[0])
        node = self._scheduler.workers.get(msg[0]) if topic == self.name and not msg[1] else None
        self._refused.pop("" if node is None else node.address, None)
        if node is not None and node.status is Status.running:
            # Jobs that wait for the resource are looked at again only when a node joins or resumes.
            for status in (Status.paused, Status.running):
                self._scheduler.handle_worker_status_change(status, node, self.name)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Take the run off the nodes: Dask calls this when any client is gone."""
        if client == self._client:
            for begun in self._begun:
                begun.cancel()
            scheduler.remove_plugin(self.name)
            scheduler.loop.add_callback(scheduler.unregister_worker_plugin, None, self.name)
