"""Deadlines that differ by section: one pure function, and everything that follows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.deadlines import deadline, last_deadline
from grader.course.release import Release, Releases
from grader.course.rules import Rules

NAMES = ["Monday", "Tuesday 2", "Ç"]
DAYS = st.dates(min_value=datetime(2026, 1, 1).date(), max_value=datetime(2026, 12, 1).date())  # noqa: DTZ001
STUDENTS = ["ada", "Bob", "cyd"]
EXTENSIONS = st.lists(
    st.fixed_dictionaries({"student": st.sampled_from(STUDENTS), "days": st.integers(1, 30)}), max_size=4
)


def ruled(due: Any, sections: dict[str, str], **more: Any) -> Rules:
    """Return the rules of one exercise for students in sections."""
    return Rules.model_validate({"deadlines": {"e": due}, **more}).among(sections)


@given(
    default=DAYS,
    own=st.dictionaries(st.sampled_from(NAMES), DAYS, min_size=1),
    sections=st.dictionaries(st.sampled_from(STUDENTS), st.sampled_from([*NAMES, "other"])),
    extensions=EXTENSIONS,
)
def test_everybody_has_one_deadline_and_the_last_is_the_latest_of_all(
    default: Any, own: Any, sections: dict[str, str], extensions: Any
) -> None:
    due = {"default": str(default), "sections": {name: str(day) for name, day in own.items()}}
    rules = ruled(due, sections, extensions=extensions)
    for student in STUDENTS:
        day = own.get(sections.get(student, ""), default)
        longest = max((one["days"] for one in extensions if one["student"] == student), default=0)
        expected = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=longest + 1)
        found = deadline(rules, student.upper(), "e")
        assert found == expected - timedelta(microseconds=1)
        last = last_deadline(rules, "e")
        assert last is not None and last >= found
    plain = ruled(str(default), sections, extensions=extensions)
    alike = ruled({"default": str(default), "sections": dict.fromkeys(NAMES, str(default))}, sections)
    assert deadline(plain, "nobody", "e") == deadline(alike, "ada", "e") == last_deadline(alike, "e")


def test_an_explanation_waits_for_the_last_section_and_a_score_for_the_own_one() -> None:
    due = {"default": "2026-01-10", "sections": {"A": "2026-01-05", "B": "2026-01-20"}}
    rules = ruled(due, {"ada": "a", "bob": "B"}, grace_minutes=10)
    releases = Releases(rules, {"e": Release(explanation="after_deadline")})
    grace = timedelta(minutes=10, microseconds=-1)
    assert releases.moment("score", "ada", "e") == datetime(2026, 1, 6, tzinfo=UTC) + grace
    assert releases.moment("messages", "cyd", "e") == datetime(2026, 1, 11, tzinfo=UTC) + grace
    assert releases.moment("explanation", "ada", "e") == datetime(2026, 1, 21, tzinfo=UTC) + grace


@pytest.mark.parametrize("text", ["2026-01-05", "2026-01-05 12:00"])
def test_the_plain_form_stays_valid(text: str) -> None:
    plain = ruled(text, {"ada": "A"})
    assert deadline(plain, "ada", "e") == last_deadline(plain, "e")
    assert not plain.sections
