"""A way of isolation: how workers are started, and what it promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:  # a command that only names a way need not import its parts
    from pathlib import Path

    from grader.worker.client import Worker
    from grader.worker.ending import WorkerLimits


class Workers(Protocol):
    """A source of workers, each for one submission.

    `lanes` is how many sources share the container's memory. `in_series` is whether one submission follows
    another, so that the next worker can be started before it is needed.
    """

    lanes: int
    in_series: bool

    def __enter__(self) -> Self: ...

    def __exit__(self, *_exception: object) -> None: ...

    def start(self) -> object:
        """Wait until workers are available.

        Raises:
            WorkerFault: it does not start.

        """

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps student code apart here; each layer was tested, none is assumed."""

    @property
    def lacking(self) -> list[str]:
        """The layers that strangers' code needs and that do not work here."""

    @property
    def missing(self) -> dict[str, str]:
        """The layers that this machine does not have, and why."""

    @property
    def pid(self) -> int:
        """The process that starts the workers."""

    def children(self) -> list[int]:
        """Return the workers that have not ended."""

    def load(self, modules: Iterable[str]) -> None:
        """Make later workers import these as well, before their submission's time begins.

        Raises:
            WorkerFault: the grader failed.

        """

    def fork(self, limits: WorkerLimits, files: Path | None = None, families: Collection[str] = ()) -> Worker:
        """Return a new worker, which can read the files in a folder by their names.

        `families`: what it will be asked to watch, which can be prepared.

        Raises:
            WorkerFault: the grader failed.

        """

    def close(self) -> None:
        """End all workers and everything that they started."""


class Isolation(Protocol):
    """A way to keep student code apart, chosen by its name."""

    @property
    def name(self) -> str:
        """Its name after --isolation."""

    @property
    def help(self) -> str:
        """A phrase after its name that says what it does."""

    @property
    def promises(self) -> tuple[str, ...]:
        """The layers without which it runs no code of strangers."""

    def lacks(self) -> str:
        """Return what this machine lacks for it, and what to do; "" if it lacks nothing."""

    def workers(self, preload: Sequence[str]) -> Workers:
        """Start a source of workers that have imported `preload`.

        Raises:
            UsageFault: this machine does not have this way.

        """

    def early(self, preload: Sequence[str]) -> Workers | None:
        """Do so in a process that has imported `preload` and knows nothing of a course yet.

        Return None where it makes no difference: `workers` is called later.
        """
