"""What students see of their results, and when: the minute before and the minute after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.release import Release, Releases, ResultPart
from grader.course.rules import Rules
from grader.errors import CourseFaults
from tests.course.building import GOOD, course

MINUTE = timedelta(minutes=1)
ITEMS = get_args(ResultPart)
DUE = datetime(2026, 12, 1, 11, tzinfo=UTC)  # 12:00 in Berlin
EXTENDED = DUE + timedelta(days=3)
GRACE = timedelta(minutes=30)
TOP = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1]\n"


def releases(release: dict[str, Any], **rules: Any) -> Releases:
    """Return the rules of a course in Berlin with one deadline, with three more days for ada."""
    ruled = {
        "timezone": "Europe/Berlin",
        "deadlines": {"ex-1": "2026-12-01 12:00"},
        "grace_minutes": 30,
        "extensions": [{"student": "ada", "days": 3}],
        **rules,
    }
    return Releases(Rules.model_validate(ruled), {"ex-1": Release.model_validate(release)})


def turns_visible_at(found: Releases, item: ResultPart, student: str, moment: datetime) -> bool:
    before, after = (found.visible(item, student, "ex-1", moment + one) for one in (-MINUTE, MINUTE))
    return not before and after


@pytest.mark.parametrize("item", ITEMS)
def test_each_part_after_the_deadline_with_and_without_an_extension(item):
    found = releases(dict.fromkeys(ITEMS, "after_deadline"))
    gives_away = item in {"explanation", "checks"}
    assert turns_visible_at(found, item, "ada", EXTENDED + GRACE)
    assert turns_visible_at(found, item, "bob", (EXTENDED if gives_away else DUE) + GRACE)
    alone = releases(dict.fromkeys(ITEMS, "after_deadline"), extensions=[])
    assert turns_visible_at(alone, item, "ada", DUE + GRACE)


@pytest.mark.parametrize("item", ITEMS)
def test_each_part_at_a_time_in_the_zone_of_the_course(item):
    written = {"2026-12-24": 23, "2026-12-24 18:00": 24}  # a date alone begins at midnight in Berlin
    for text, day in written.items():
        moment = datetime(2026, 12, day, 23 if day == 23 else 17, tzinfo=UTC)
        assert turns_visible_at(releases({item: text}), item, "bob", moment)


@pytest.mark.parametrize("item", ITEMS)
def test_each_part_at_once_or_never(item):
    for now in (datetime(2000, 1, 1, tzinfo=UTC), DUE, datetime(2100, 1, 1, tzinfo=UTC)):
        assert releases({item: "at_once"}).visible(item, "ada", "ex-1", now)
        assert not releases({item: "never"}).visible(item, "ada", "ex-1", now)


def test_what_is_released_without_a_word_about_it():
    long_after = datetime(2100, 1, 1, tzinfo=UTC)
    seen = {item: releases({}).visible(item, "bob", "ex-1", long_after) for item in ITEMS}
    assert seen == {"score": True, "messages": True, "explanation": False, "checks": False}
    assert releases({}, deadlines={}).visible("score", "bob", "ex-1", datetime(2000, 1, 1, tzinfo=UTC))


@given(st.sampled_from(ITEMS), st.integers(-10_000, 10_000), st.integers(0, 10_000))
def test_nothing_is_hidden_again(item, minutes, more):
    found = releases(dict.fromkeys(ITEMS, "after_deadline"))
    now = DUE + minutes * MINUTE
    if found.visible(item, "ada", "ex-1", now):
        assert found.visible(item, "ada", "ex-1", now + more * MINUTE)
        assert item in {"score", "messages"} or now >= EXTENDED + GRACE


def test_keys_of_an_exercise_replace_those_of_the_course(tmp_path):
    own = GOOD + "release: {checks: after_deadline}\n"
    loaded = course(tmp_path, TOP + "release: {score: never, checks: at_once}\n", exercise_1=own)
    release = loaded.releases.by_exercise["exercise-1"]
    assert (release.score, release.messages, release.checks) == ("never", "after_deadline", "after_deadline")
    assert loaded.exercise("exercise-1").record.release.checks == "after_deadline"


@pytest.mark.parametrize("word", ["soon", "2026-13-01", "true", "1", "[never]"])
def test_another_word_is_refused_where_it_is_written(tmp_path: Path, word: str) -> None:
    with pytest.raises(CourseFaults) as refused:
        course(tmp_path, TOP + f"release: {{score: {word}}}\n", exercise_1=GOOD)
    [fault] = refused.value.faults
    assert (fault.line, "Write at_once" in str(fault)) == (5, True)
