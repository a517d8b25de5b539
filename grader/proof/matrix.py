"""What was proved about an exercise: faults, notes, and which check noticed which wrong solution."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import Fault
from grader.language.record import Record
from grader.proof.spread import Spread


class Column(Record):
    """One wrong solution of a code question, and the checks that noticed it."""

    kind: str
    name: str
    killed_by: tuple[str, ...]
    diagnosed: str | None = None
    share: float = 0.0  # of the question's points that it still earns
    reason: str = ""  # why it is not a fault that nothing noticed it
    timed_out: bool = False  # it took too long, which proves nothing, and nothing else was noticed


class Matrix(Record):
    """A code question's checks, tested against every wrong solution."""

    question: str
    checks: tuple[str, ...]
    columns: tuple[Column, ...]

    def of(self, kind: str) -> tuple[Column, ...]:
        """Return the wrong solutions of one kind."""
        return tuple(column for column in self.columns if column.kind == kind)

    @property
    def idle(self) -> tuple[str, ...]:
        """Checks that noticed nothing."""
        busy = {check for column in self.columns for check in column.killed_by}
        return tuple(check for check in self.checks if check not in busy)


@dataclass(frozen=True)
class Proved:
    """What was found out about one exercise: faults, and notes that are not faults."""

    exercise: str
    variants: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    matrices: tuple[Matrix, ...]
    spreads: tuple[Spread, ...] = ()
