"""What is stored about a group, as it applies to its members."""

from __future__ import annotations

from datetime import UTC, datetime

from grader.course.sharing import Sharing
from grader.gradebook.entries import Attempt
from grader.gradebook.shared import owned_attempts, shared_attempts

SHARING = Sharing(sets={"ex-1": "group"}, groups={"group": {"ada": "Blue", "bob": "Blue"}})
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def attempt(owner: str, exercise: str, submission: int) -> Attempt:
    return Attempt(
        student=owner,
        exercise=exercise,
        number=1,
        handed_in=NOW,
        is_late=False,
        seen=NOW,
        submission=submission,
        score=1,
        points=1,
        is_graded=True,
        graded=NOW,
    )


STORED = [
    attempt("group/blue", "ex-1", 1),
    attempt("group/gone", "ex-1", 2),  # a group that nobody is in any more
    attempt("ada", "ex-1", 3),  # from when ada worked alone
    attempt("ada", "ex-2", 4),
    attempt("cyd", "ex-1", 5),
]


def test_what_counts_once_is_what_somebody_owns_now() -> None:
    assert [one.submission for one in owned_attempts(STORED, SHARING)] == [1, 4, 5]


def test_each_member_has_what_the_group_handed_in() -> None:
    found = [(one.student, one.submission) for one in shared_attempts(STORED, SHARING)]
    assert found == [("ada", 1), ("ada", 4), ("bob", 1), ("cyd", 5)]
