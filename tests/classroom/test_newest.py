"""Which of several files of a group is the newest, and when it was handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.together import newest_of
from grader.engine.handed_in import Arrival

START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.integers(0, 6)


def at(hour: int | None) -> Arrival:
    return Arrival(None if hour is None else START + timedelta(hours=hour))


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(TIMES, min_size=1, max_size=3), min_size=1))
def test_the_newest_is_the_one_that_came_last_when_it_came_after_all_others(
    files: dict[str, list[int]],
) -> None:
    found = newest_of({digest: [at(hour) for hour in hours] for digest, hours in files.items()})
    latest = max(hour for hours in files.values() for hour in hours)
    owners = {digest for digest, hours in files.items() if latest in hours}
    if len(owners) > 1:
        assert found is None
        return
    [owner] = owners
    others = max((hour for digest, hours in files.items() if digest != owner for hour in hours), default=-1)
    assert found == (owner, at(min(hour for hour in files[owner] if hour > others)))


@given(
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.none() | TIMES, min_size=1, max_size=3), min_size=2)
)
def test_an_unknown_time_makes_several_files_uncertain(files: dict[str, list[int | None]]) -> None:
    found = newest_of({digest: [at(hour) for hour in hours] for digest, hours in files.items()})
    if any(hour is None for hours in files.values() for hour in hours):
        assert found is None


def test_a_single_file_needs_no_time_and_is_late_only_if_all_copies_are() -> None:
    assert newest_of({"a": [at(None), at(2), at(1)]}) == ("a", at(1))
    assert newest_of({"a": [at(None)]}) == ("a", at(None))
    late = Arrival(None, is_late=True)
    assert newest_of({"a": [late, at(None)]}) == ("a", at(None))
    assert newest_of({"a": [late, late]}) == ("a", late)
