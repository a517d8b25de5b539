"""The ways of isolation by name, for the options, `course doctor` and the docs."""

from __future__ import annotations

from grader.worker.isolation.confined import Bubblewrap, Full
from grader.worker.isolation.plain import Plain
from grader.worker.isolation.way import Isolation

FULL, PROCESS = Full(), Plain()
WAYS: dict[str, Isolation] = {way.name: way for way in (FULL, Bubblewrap(), PROCESS)}
HELP = "; ".join(f"'{way.name}' {way.help}" for way in WAYS.values()) + "."


def own_way() -> Isolation:
    """Return the way for the user's own code: the best that this machine has."""
    return PROCESS if FULL.lacks() else FULL
