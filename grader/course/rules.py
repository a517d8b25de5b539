"""The rules of a course: deadlines, lateness, attempts, extensions. Scores are read through them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from grader.errors import did_you_mean, printable
from grader.folding import folded
from grader.language.record import Record

_DAY = "%Y-%m-%d"
_FORMS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    _DAY,
)
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001 room for zones and extensions


def _read_time(value: Any) -> Any:
    """Read a local time; a day alone, 23:59 and 23:59:59 are the last instant of their day."""
    text = str(value).strip()
    for form in _FORMS:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 the rules' time zone is added where it is used
        except ValueError:
            continue
        is_end = form == _DAY or (read.hour, read.minute, read.second or 59) == (23, 59, 59)
        return min(max(datetime.combine(read, time.max) if is_end else read, EARLIEST), LATEST)
    msg = f"'{text}' is not a time. Write it as 2026-12-01 23:59"
    raise ValueError(msg)


def _named(name: str) -> str:
    if not name.strip():
        msg = "The student has no name. Write the name that the folder of the student has"
        raise ValueError(msg)
    return unicodedata.normalize("NFC", name.strip())


StudentName = Annotated[str, AfterValidator(_named)]
Time = Annotated[
    datetime, BeforeValidator(_read_time, json_schema_input_type=str), Field(description="2026-12-01 23:59")
]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Late(Record):
    """What being late costs: a share of the score for each day begun."""

    percent_per_day: Percent = 0
    at_most: Annotated[Percent, Field(description="What lateness costs at most, in percent.")] = 100
    days: Annotated[
        int | None, Field(ge=0, description="What is later than so many days counts nothing.")
    ] = None


class Extension(Record):
    """More time for one student, in one exercise or in all of them."""

    student: StudentName
    exercise: str | None = None
    until: Time | None = None
    days: Annotated[
        float | None,
        Field(gt=0, le=3650, description="Instead of until: whole days of the calendar; 0.5 is 12 hours."),
    ] = None

    @model_validator(mode="after")
    def _until_or_days(self) -> Extension:
        if (self.until is None) == (self.days is None):
            msg = "An extension has either until or days"
            raise ValueError(msg)
        return self


class Excused(Record):
    """A student from whom an exercise is not asked."""

    student: StudentName
    exercise: str
    reason: str = ""


class Rules(Record):
    """How scores are read. Nothing of it is ever written into a report."""

    timezone: Annotated[str, Field(description="Of all times here, such as Europe/Berlin.")] = "UTC"
    deadlines: Annotated[dict[str, Time], Field(description="By exercise.")] = {}
    grace_minutes: Annotated[float, Field(ge=0, le=10080, description="After a deadline, at no cost.")] = 0
    late: Late = Late()
    attempts: Annotated[
        Literal["last", "best"], Field(description="Which of a student's attempts counts.")
    ] = "last"
    max_attempts: Annotated[int | None, Field(ge=1, description="Later attempts do not count.")] = None
    extensions: list[Extension] = []
    excused: list[Excused] = []

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = f"There is no time zone '{name}'. Write it as Europe/Berlin"
            raise ValueError(msg) from None
        return name

    @property
    def students(self) -> list[str]:
        """Return everybody whom an extension or an excuse names, once."""
        named = [one.student for one in self.extensions] + [one.student for one in self.excused]
        return list(dict.fromkeys(named))


def unknown_students(rules: Rules, known: Collection[str]) -> Iterator[str]:
    """Say whom the rules name and nobody knows; `known` holds the students of roster and gradebook."""
    names = {folded(name) for name in known}
    for student in rules.students:
        if folded(student) not in names:
            close = did_you_mean(student, names)
            remedy = close if close.startswith("Did you mean") else "Correct the name."
            yield (
                f"The rules in course.yaml name '{printable(student)}', who is in neither the roster nor the "
                f"gradebook. {printable(remedy)}"
            )
