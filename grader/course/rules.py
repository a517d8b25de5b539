"""The rules of a course: deadlines, lateness, attempts, extensions. Scores are read through them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator, model_validator

from grader.language.record import Record

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def _read_time(value: Any) -> Any:
    """A local time; a day alone ends at its end."""
    text = str(value).strip()
    for form in _FORMS:
        try:
            time = datetime.strptime(text, form)  # noqa: DTZ007 the rules' time zone is added where it is used
        except ValueError:
            continue
        return time.replace(hour=23, minute=59, second=59) if form == "%Y-%m-%d" else time
    msg = f"'{text}' is not a time. Write it as 2026-12-01 23:59"
    raise ValueError(msg)


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

    student: str
    exercise: str | None = None
    until: Time | None = None
    days: Annotated[float | None, Field(gt=0, le=3650, description="Instead of until.")] = None

    @model_validator(mode="after")
    def _until_or_days(self) -> Extension:
        if (self.until is None) == (self.days is None):
            msg = "An extension has either until or days"
            raise ValueError(msg)
        return self


class Excused(Record):
    """A student from whom an exercise is not asked."""

    student: str
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
