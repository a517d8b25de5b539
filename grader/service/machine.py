"""The confinement of student code on this machine, and attacks to test it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.doctor.attacks import AttackResult, load_attacks, run_attacks
from grader.service.shipped import shipped_attacks
from grader.worker.isolation.ways import FULL

__all__ = ["AttackResult", "Layers", "attacked", "confinement"]


@dataclass(frozen=True)
class Layers:
    """The layers of confinement: those in force, those missing with the reason, and required ones missing."""

    holding: Sequence[str]
    missing: Mapping[str, str]
    lacking: Sequence[str]


def confinement() -> Layers:
    """Return the layers that confine a worker here."""
    if FULL.lacks():
        return Layers([], {}, list(FULL.promises))
    with FULL.workers(["torch"]) as server:
        return Layers(list(server.isolation), dict(server.missing), list(server.lacking))


def attacked(tell: Callable[[AttackResult], None]) -> list[AttackResult]:
    """Run the attacks that come with the grader, and report each when it is over."""
    return run_attacks(load_attacks(shipped_attacks()), tell)
