"""The outbox: scores on their way to an LMS over the network.

A score is stored before it is sent and settled after the answer. A score whose answer is unknown, after a
crash or a lost connection, stays `sending`: it is in doubt, and the LMS must be asked before another try.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from grader.gradebook.database import Database
from grader.gradebook.rows import OutboxRow

LetterState = Literal["waiting", "sending", "sent"]


@dataclass(frozen=True)
class Letter:
    """One score in the outbox, and the newest grade and comment that are certain to have arrived."""

    student: str
    exercise: str
    lms_user: str
    grade: str
    comment: str = ""
    state: LetterState = "waiting"
    confirmed: str = ""
    confirmed_comment: str = ""

    @property
    def own_grades(self) -> frozenset[str]:
        """Return the grades in the LMS that can only come from the grader."""
        doubtful = {self.grade} if self.state == "sending" else set()
        return frozenset({self.confirmed, *doubtful} - {""})


class Outbox:
    """The scores for one assignment, whose address is `place`.

    Every method raises UsageFault if the database fails.
    """

    def __init__(self, database: Database, place: str) -> None:
        self._database, self.place = database, place
        self._here = OutboxRow.place == place

    def letters(self) -> dict[str, Letter]:
        """Return what is stored, by student."""
        with self._database.reading() as connection:
            rows = connection.execute(select(OutboxRow.__table__).where(self._here))
            return {row.student: _letter(row) for row in rows}

    def replace(self, gone: Iterable[str], letters: Iterable[Letter]) -> None:
        """Store letters instead of older ones to the same students, and remove those of other students."""
        rows = [{**vars(one), "place": self.place, "changed": datetime.now(UTC)} for one in letters]
        old = [{"who": student} for student in {*gone, *(row["student"] for row in rows)}]

        def work(connection: Connection) -> None:
            if old:
                own = (self._here, OutboxRow.student == bindparam("who"))
                connection.execute(delete(OutboxRow).where(*own), old)
            if rows:
                connection.execute(insert(OutboxRow), rows)

        self._database.written(work)

    def begin(self, students: Iterable[str]) -> None:
        """Store that letters are about to be sent. From now on they are in doubt."""
        self._set_state(dict.fromkeys(students, "sending"))

    def settle(self, states: Mapping[str, LetterState]) -> None:
        """Store the state of letters: sent, or waiting again because they certainly did not arrive."""
        self._set_state(states)

    def _set_state(self, states: Mapping[str, LetterState]) -> None:
        rows = [{"who": student, "now": state} for student, state in states.items()]
        own = (self._here, OutboxRow.student == bindparam("who"))
        change = update(OutboxRow).where(*own).values(state=bindparam("now"), changed=datetime.now(UTC))
        arrived = update(OutboxRow).where(*own, OutboxRow.state == "sent").values(confirmed=OutboxRow.grade)
        said = update(OutboxRow).where(*own, OutboxRow.state == "sent", OutboxRow.comment != "")

        def work(connection: Connection) -> None:
            if rows:
                connection.execute(change, rows)
                who = [{"who": row["who"]} for row in rows]
                connection.execute(arrived, who)
                connection.execute(said.values(confirmed_comment=OutboxRow.comment), who)

        self._database.written(work)


def open_letters(database: Database, but: Iterable[str]) -> dict[str, int]:
    """Return how many letters wait or are in doubt in places other than these, by exercise.

    Raises:
        UsageFault: the database fails.

    """
    is_open = (OutboxRow.state != "sent", OutboxRow.place.not_in(list(but)))
    rows = select(OutboxRow.exercise, func.count()).where(*is_open).group_by(OutboxRow.exercise)
    with database.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(rows.order_by(OutboxRow.exercise))}


def students_in_outbox(database: Database) -> set[str]:
    """Return the students of all letters.

    Raises:
        UsageFault: the database fails.

    """
    with database.reading() as connection:
        return set(connection.scalars(select(OutboxRow.student).distinct()))


def _letter(row: Any) -> Letter:
    return Letter(
        row.student,
        row.exercise,
        row.lms_user,
        row.grade,
        row.comment,
        row.state,
        row.confirmed,
        row.confirmed_comment,
    )
