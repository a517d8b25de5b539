"""Deadlines and lateness by the calendar of a zone: the end of a day, and days of 23, 25 and 0 hours."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.deadlines import deadline
from grader.course.rules import Rules
from tests.classroom.conftest import COURSE, new_class
from tests.classroom.test_grading import scores
from tests.conftest import Run
from tests.gradebook.test_scoring import attempt, final

# A clock goes back an hour, forward an hour, changes at midnight, by half an hour, and leaves a day out.
CHANGES = [
    ("Europe/Berlin", "2026-10-25 01:00:00"),
    ("Europe/Berlin", "2026-03-29 01:00:00"),
    ("Africa/Cairo", "2026-04-23 22:00:00"),
    ("Africa/Cairo", "2026-10-29 21:00:00"),
    ("Australia/Lord_Howe", "2026-04-04 15:00:00"),
    ("America/Sao_Paulo", "2018-11-04 03:00:00"),
    ("Pacific/Apia", "2011-12-30 10:00:00"),
    ("UTC", "2026-12-01 00:00:00"),
]


def ruled(zone: str, due: str, **settings: Any) -> Rules:
    """Return rules with one deadline, and 10 percent a day for what is late."""
    late = {"percent_per_day": 10}
    return Rules.model_validate({"timezone": zone, "deadlines": {"ex-1": due}, "late": late, **settings})


def days_late(rules: Rules, local: str) -> int:
    """Return how many days late a file of a local time is; what is repeated is the first of two."""
    time = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(rules.timezone)).astimezone(UTC)
    return days_late_at(rules, time)


def days_late_at(rules: Rules, time: datetime) -> int:
    """Return how many days late a file of a time is."""
    told = final(rules, attempt(10, handed_in=time)).rules
    return int(told[0].split()[0]) if told else 0


@pytest.mark.parametrize("due", ["2026-12-08", "2026-12-08 23:59", "2026-12-08T23:59", "2026-12-08 23:59:59"])
@pytest.mark.parametrize(
    ("time", "late"),
    [
        ("2026-12-08 23:59:00", 0),
        ("2026-12-08 23:59:30", 0),
        ("2026-12-08 23:59:59.500000", 0),
        ("2026-12-08 23:59:59.999999", 0),
        ("2026-12-09 00:00:00", 1),
        ("2026-12-09 23:59:59.999999", 1),
        ("2026-12-10 00:00:00", 2),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Pacific/Kiritimati"])
def test_the_last_minute_of_a_day_lasts_until_midnight(zone: str, due: str, time: str, late: int) -> None:
    assert days_late(ruled(zone, due), time) == late
    assert days_late(ruled(zone, "2020-01-01", extensions=[{"student": "ada", "until": due}]), time) == late


@pytest.mark.parametrize(
    ("due", "time", "late"),
    [
        ("2026-12-08 12:00", "2026-12-08 12:00:00", 0),
        ("2026-12-08 12:00", "2026-12-08 12:00:00.000001", 1),
        ("2026-12-08 23:58", "2026-12-08 23:58:00.000001", 1),
        ("2026-12-08 23:59:58", "2026-12-08 23:59:58.000001", 1),
        ("2026-12-08 00:00", "2026-12-08 00:00:00.000001", 1),
    ],
)
def test_any_other_time_is_a_moment(due: str, time: str, late: int) -> None:
    assert days_late(ruled("Europe/Berlin", due), time) == late


@pytest.mark.parametrize(
    ("due", "time", "late"),
    [
        ("2026-10-24 20:00", "2026-10-25 19:59", 1),  # 25 hours
        ("2026-10-24 20:00", "2026-10-25 20:00", 1),
        ("2026-10-24 20:00", "2026-10-25 20:01", 2),
        ("2026-10-24", "2026-10-25 23:59:59.999999", 1),
        ("2026-10-24", "2026-10-26 00:00", 2),
        ("2026-03-28 20:00", "2026-03-29 20:00", 1),  # 23 hours
        ("2026-03-28 20:00", "2026-03-29 20:00:00.000001", 2),
        ("2026-03-28", "2026-03-30 00:00", 2),
        ("2026-03-01 12:00", "2026-11-01 12:00", 245),  # there and back
        ("2026-03-28 02:30", "2026-03-29 03:30", 1),  # 02:30 is left out
        ("2026-03-28 02:30", "2026-03-29 03:31", 2),
    ],
)
def test_days_late_end_at_the_time_of_day_that_was_due(due: str, time: str, late: int) -> None:
    assert days_late(ruled("Europe/Berlin", due), time) == late


def test_a_time_that_the_clock_shows_twice_is_the_second_one() -> None:
    rules = ruled("Europe/Berlin", "2026-10-25 02:30")
    assert deadline(rules, "ada", "ex-1") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    extended = ruled("Europe/Berlin", "2026-10-24 02:30", extensions=[{"student": "ada", "days": 1}])
    assert deadline(extended, "ada", "ex-1") == deadline(rules, "ada", "ex-1")
    assert (
        days_late_at(ruled("Europe/Berlin", "2026-10-24 02:30"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
        == 1
    )
    gap = ruled("Europe/Berlin", "2026-03-29 02:30")  # and one that it leaves out is as late as it can be
    assert deadline(gap, "ada", "ex-1") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "days", "expected"),
    [
        ("2026-10-24 20:00", 1, "2026-10-25 19:00:00"),
        ("2026-10-24 20:00", 2.5, "2026-10-27 07:00:00"),
        ("2026-10-24 20:00", 0.5, "2026-10-25 06:00:00"),  # twelve hours, whatever the clock does
        ("2026-10-24", 1, "2026-10-25 22:59:59.999999"),
        ("2026-03-28 20:00", 7, "2026-04-04 18:00:00"),
    ],
)
def test_an_extension_of_days_keeps_the_time_of_day(due: str, days: float, expected: str) -> None:
    rules = ruled("Europe/Berlin", due, extensions=[{"student": "ada", "days": days}])
    assert deadline(rules, "ada", "ex-1") == datetime.fromisoformat(f"{expected}+00:00")


def test_minutes_of_grace_are_minutes_whatever_the_clock_does() -> None:
    rules = ruled("Europe/Berlin", "2026-10-25 01:30", grace_minutes=120)
    due = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert days_late_at(rules, due + timedelta(minutes=120)) == 0
    assert days_late_at(rules, due + timedelta(minutes=120, microseconds=1)) == 1


def test_after_so_many_days_of_the_calendar_it_counts_nothing() -> None:
    rules = ruled("Europe/Berlin", "2026-10-24 20:00", late={"days": 1})
    for hour, expected in ((19, 10), (20, 0)):  # in UTC, when it is 20:00 and 21:00 there
        time = datetime(2026, 10, 25, hour, tzinfo=UTC)
        assert final(rules, attempt(10, handed_in=time)).final == expected


@pytest.mark.parametrize("due", ["9999-12-31", "9999-12-31 23:59", "0001-01-01", "0001-01-01 00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"])
def test_times_that_are_out_of_this_world_break_nothing(zone: str, due: str, time: str) -> None:
    extensions = [{"student": "ada", "days": 3650}, {"student": "ada", "until": due}]
    rules = ruled(zone, due, extensions=extensions, grace_minutes=10080)
    assert final(rules, attempt(10, handed_in=datetime.fromisoformat(time))).final is not None


moments = st.sampled_from(CHANGES).flatmap(
    lambda change: st.tuples(
        st.just(change[0]),
        st.timedeltas(timedelta(days=-4), timedelta(days=4)).map(datetime.fromisoformat(change[1]).__add__),
        st.timedeltas(timedelta(0), timedelta(days=6)),
        st.timedeltas(timedelta(0), timedelta(days=2)),
    )
)


@settings(deadline=None)
@given(moments, st.integers(1, 5))
def test_days_late_never_become_fewer_and_an_extension_takes_them_off(
    moment: tuple[str, datetime, timedelta, timedelta], days: int
) -> None:
    zone, local, after, more = moment
    rules = ruled(zone, local.strftime("%Y-%m-%d %H:%M:%S"))
    due = deadline(rules, "ada", "ex-1")
    assert due is not None
    time = due + after
    late = days_late_at(rules, time)
    assert late <= days_late_at(rules, time + more)
    assert (late == 0) == (after == timedelta(0))
    assert late >= after / timedelta(days=1) - 1.1
    extended = rules.model_validate({**rules.model_dump(), "extensions": [{"student": "ada", "days": days}]})
    assert abs(days_late_at(extended, time) - max(0, late - days)) <= 1  # a day that was left out is one, too


def test_half_a_second_before_midnight_is_on_time_from_the_file_to_the_score(
    tmp_path: Path, course: Run
) -> None:
    small = new_class(tmp_path)
    rules = "  timezone: Europe/Berlin\n  deadlines: {ex-1: 2026-12-08}\n  late: {percent_per_day: 10}\n"
    small.write("course.yaml", f"{COURSE}rules:\n{rules}")
    midnight = datetime(2026, 12, 8, 23, tzinfo=UTC).timestamp()
    for student, seconds in (("ada", -0.5), ("bob", 0.5)):
        file = small.hand_in(student)
        os.utime(file, (midnight + seconds, midnight + seconds))
    assert course(small.root, "grade", "S").code == 0
    assert scores(course, small) == {("ada", "ex-1"): 3, ("bob", "ex-1"): pytest.approx(2.7)}
