"""The rules of a course for its scores: deadlines, late work, attempts and extensions."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    field_validator,
    model_validator,
)

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


def read_time(value: Any) -> Any:
    """Parse a local time; a date alone, 23:59 and 23:59:59 mean the last instant of the day."""
    text = str(value).strip()
    for form in _FORMS:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 the rules' time zone is added where it is used
        except ValueError:
            continue
        is_end = form == _DAY or (read.hour, read.minute, read.second or 59) == (23, 59, 59)
        return min(max(datetime.combine(read, time.max) if is_end else read, EARLIEST), LATEST)
    msg = f"'{text}' is not a time. Write it like 2026-12-01 23:59"
    raise ValueError(msg)


def _named(name: str) -> str:
    if not name.strip():
        msg = "The student's name is empty. Write the name of the student's folder"
        raise ValueError(msg)
    return unicodedata.normalize("NFC", name.strip())


StudentName = Annotated[str, AfterValidator(_named)]
Time = Annotated[
    datetime, BeforeValidator(read_time, json_schema_input_type=str), Field(description="2026-12-01 23:59")
]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class SectionDeadlines(Record):
    """The deadlines of one exercise, which differ by section of the roster."""

    default: Annotated[Time, Field(description="For students in none of these sections.")]
    sections: Annotated[dict[str, Time], Field(min_length=1, description="By section, as in the roster.")]

    @field_validator("sections")
    @classmethod
    def _each_once(cls, sections: dict[str, datetime]) -> dict[str, datetime]:
        names: dict[str, str] = {}
        for name in sections:
            if not folded(name):
                msg = "The name of a section is empty. Write it as the roster has it"
                raise ValueError(msg)
            if folded(name) in names:
                msg = f"'{names[folded(name)]}' and '{name}' are the same section. Keep one of them"
                raise ValueError(msg)
            names[folded(name)] = name
        return sections

    def of(self, section: str) -> datetime:
        """Return the deadline of one section, in local time."""
        return next((due for name, due in self.sections.items() if folded(name) == section), self.default)


AnyDeadline = Annotated[
    Annotated[Time, Tag("time")] | Annotated[SectionDeadlines, Tag("sections")],
    Discriminator(lambda value: "sections" if isinstance(value, dict | SectionDeadlines) else "time"),
]


class Late(Record):
    """The penalty for late work: a share of the score for each day begun."""

    percent_per_day: Percent = 0
    at_most: Annotated[Percent, Field(description="The largest penalty, in percent.")] = 100
    days: Annotated[
        int | None, Field(ge=0, description="Work that is more than this many days late scores 0.")
    ] = None


class Extension(Record):
    """More time for one student, in one exercise or in all."""

    student: StudentName
    exercise: str | None = None
    until: Time | None = None
    days: Annotated[
        float | None,
        Field(
            gt=0, le=3650, description="Instead of until: calendar days after the deadline; 0.5 is 12 hours."
        ),
    ] = None

    @model_validator(mode="after")
    def _until_or_days(self) -> Extension:
        if (self.until is None) == (self.days is None):
            msg = "An extension needs either until or days. Give one of them"
            raise ValueError(msg)
        return self


class Excused(Record):
    """A student who is excused from an exercise."""

    student: StudentName
    exercise: str
    reason: str = ""


class Rules(Record):
    """The rules that turn reports into scores. They never change a report."""

    timezone: Annotated[str, Field(description="The time zone of all times here, such as Europe/Berlin.")] = (
        "UTC"
    )
    deadlines: Annotated[
        dict[str, AnyDeadline], Field(description="The deadline of each exercise, or those of its sections.")
    ] = {}
    grace_minutes: Annotated[
        float, Field(ge=0, le=10080, description="Minutes after a deadline that cost nothing.")
    ] = 0
    late: Late = Late()
    attempts: Annotated[
        Literal["last", "best"], Field(description="The attempt that counts for a student.")
    ] = "last"
    max_attempts: Annotated[
        int | None, Field(ge=1, description="The largest number of attempts; later ones do not count.")
    ] = None
    extensions: list[Extension] = []
    excused: list[Excused] = []
    _sections: Mapping[str, str] = PrivateAttr(default_factory=dict)  # of students, both folded

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = f"There is no time zone '{name}'. Write it like Europe/Berlin"
            raise ValueError(msg) from None
        return name

    def among(self, sections: Mapping[str, str]) -> Rules:
        """Return the same rules for students whose sections are known, as the roster has them."""
        rules = self.model_copy()
        known = {folded(student): folded(section) for student, section in sections.items()}
        rules._sections = known  # noqa: SLF001 our own copy
        return rules

    def local_deadline(self, student: str, exercise: str) -> datetime | None:
        """Return when an exercise is due in a student's section, in local time and without extensions."""
        due = self.deadlines.get(exercise)
        if isinstance(due, SectionDeadlines):
            return due.of(self._sections.get(folded(student), ""))
        return due

    @property
    def sections(self) -> list[tuple[str, str]]:
        """Return each exercise with each section that its deadline names."""
        by_section = (
            (name, due) for name, due in self.deadlines.items() if isinstance(due, SectionDeadlines)
        )
        return [(name, section) for name, due in by_section for section in due.sections]

    @property
    def students(self) -> list[str]:
        """Return the students named in extensions and excuses, each once."""
        named = [one.student for one in self.extensions] + [one.student for one in self.excused]
        return list(dict.fromkeys(named))


def unknown_students(
    rules: Rules, graded: Collection[str], roster: Collection[str] | None = None
) -> Iterator[str]:
    """Yield a warning for each student in the rules who is neither in the gradebook nor in the roster.

    Without a roster, a student without a submission is unknown, so only likely misspellings are reported.
    """
    names = {folded(name) for name in (*graded, *(roster or ()))}
    place = "not in the gradebook" if roster is None else "neither in the roster nor in the gradebook"
    for student in rules.students:
        close = did_you_mean(student, names) if folded(student) not in names else ""
        is_close = close.startswith("Did you mean")
        if is_close or (roster is not None and folded(student) not in names):
            remedy = close if is_close else "Correct the name."
            yield f"The rules in course.yaml name '{printable(student)}', who is {place}. {printable(remedy)}"
