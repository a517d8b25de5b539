"""What a way of isolation is: how workers are started, and what is promised of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:  # a command that only names a way need not import what it is made of
    from grader.worker.client import Worker
    from grader.worker.ending import WorkerLimits


class Workers(Protocol):
    """What gives workers, each for one submission.

    `lanes` is how many such sources share what the container has of memory.
    """

    lanes: int

    def __enter__(self) -> Self: ...

    def __exit__(self, *_exception: object) -> None: ...

    def start(self) -> object:
        """Wait until workers can be had.

        Raises:
            WorkerFault: it does not start.

        """

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps student code apart here; each layer was tried, none is assumed."""

    @property
    def lacking(self) -> list[str]:
        """The layers that strangers' code needs and that are not in force here."""

    @property
    def missing(self) -> dict[str, str]:
        """The layers that this machine does not have, and why."""

    @property
    def pid(self) -> int:
        """The process that starts the workers."""

    def children(self) -> list[int]:
        """The workers that have not ended."""

    def load(self, modules: Iterable[str]) -> None:
        """Have workers to come import these, too, before their submission's time begins.

        Raises:
            WorkerFault: our machinery failed.

        """

    def fork(self, limits: WorkerLimits) -> Worker:
        """Give a new worker.

        Raises:
            WorkerFault: our machinery failed.

        """

    def close(self) -> None:
        """End all workers, and all that they started."""


class Isolation(Protocol):
    """A way to keep student code apart. Whoever runs a command chooses one by its name."""

    @property
    def name(self) -> str:
        """What is written behind --isolation."""

    @property
    def help(self) -> str:
        """One sentence that says whom it is for, after its name."""

    @property
    def promises(self) -> tuple[str, ...]:
        """The layers without which it runs no code of strangers."""

    def lacks(self) -> str:
        """Say what this machine lacks for it to begin at all, and what to do; nothing if it can."""

    def workers(self, preload: Sequence[str]) -> Workers:
        """Start something that gives workers, which have imported `preload`.

        Raises:
            UsageFault: this machine does not have this way.

        """

    def early(self, preload: Sequence[str]) -> Workers | None:
        """Do so in a process that has imported `preload` and knows nothing of a course yet.

        None where it makes no difference: `workers` is called later.
        """
