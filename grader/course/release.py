"""What students see of their results, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from grader.course.deadlines import deadline, instant, last_deadline
from grader.course.rules import Rules, read_time
from grader.language.record import Record

ResultPart = Literal["score", "messages", "explanation", "checks"]
_WORDS = ("at_once", "after_deadline", "never")
_DAY = "%Y-%m-%d"


def _read_when(value: Any) -> Any:
    """Read a word or a local time; a date alone means the first instant of the day."""
    if value in _WORDS or isinstance(value, datetime):
        return value
    text = str(value).strip()
    try:
        return datetime.strptime(text, _DAY)  # noqa: DTZ007 the rules' time zone is added where it is used
    except ValueError:
        pass
    try:
        return read_time(text)
    except ValueError:
        msg = f"'{text}' is not known. Write at_once, after_deadline, never, or a time like 2026-12-01 23:59"
        raise ValueError(msg) from None


When = Annotated[
    Literal["at_once", "after_deadline", "never"] | datetime,
    BeforeValidator(_read_when, json_schema_input_type=str),
]

# They give answers away, so they wait for everybody.
_GIVES_AWAY: frozenset[ResultPart] = frozenset({"explanation", "checks"})


class Release(Record):
    """When students see each part of their results: at_once, after_deadline, a date, or never.

    `after_deadline` means the student's own deadline for `score` and `messages`, and the last deadline of
    anybody for `explanation` and `checks`. An exercise without a deadline is released at once.
    """

    score: Annotated[When, Field(description="The points. A time is also allowed.")] = "after_deadline"
    messages: Annotated[When, Field(description="Verdicts, diagnoses, hints and figures.")] = "after_deadline"
    explanation: Annotated[When, Field(description="The explanation and the model solution.")] = "never"
    checks: Annotated[When, Field(description="Source and expected values of hidden checks.")] = "never"

    def with_own(self, own: Release) -> Release:
        """Return the release of an exercise, whose own keys replace those of the course."""
        return self.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


@dataclass(frozen=True)
class Releases:
    """The release rules of a course: one release for each exercise."""

    rules: Rules
    by_exercise: Mapping[str, Release]

    def moment(self, item: ResultPart, student: str, exercise: str) -> datetime | Literal["at_once", "never"]:
        """Return when a student sees one part of a result: in UTC, at once, or never."""
        when: When = getattr(self.by_exercise[exercise], item)
        if isinstance(when, datetime):
            return instant(when, ZoneInfo(self.rules.timezone))
        if when != "after_deadline":
            return when
        is_for_all = item in _GIVES_AWAY
        due = last_deadline(self.rules, exercise) if is_for_all else deadline(self.rules, student, exercise)
        return "at_once" if due is None else due + timedelta(minutes=self.rules.grace_minutes)

    def told(self, item: ResultPart, student: str, exercise: str) -> str:
        """Say when a student sees one part of a result that they do not see yet."""
        when = self.moment(item, student, exercise)
        if not isinstance(when, datetime):
            return "is never released"
        zone = self.rules.timezone
        return f"is not released before {when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"

    def visible(self, item: ResultPart, student: str, exercise: str, now: datetime) -> bool:
        """Decide whether a student sees one part of a result at a moment; nothing else decides it."""
        moment = self.moment(item, student, exercise)
        return moment == "at_once" or (isinstance(moment, datetime) and moment <= now)
