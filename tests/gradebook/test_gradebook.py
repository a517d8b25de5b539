"""The gradebook keeps everything, and returns the newest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engine.handed_in import Arrival, HandedIn
from grader.errors import UsageFault
from grader.examiner.outcome import Outcome
from grader.examiner.report import QuestionReport, Report
from grader.gradebook.entries import Override
from grader.gradebook.store import Gradebook
from tests.gradebook.conftest import Database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def report(score: float, outcome: str = "failed") -> Report:
    question = QuestionReport(id="q", kind="number", outcome=outcome, score=score, points=4, message="")
    return Report(
        exercise="ex-1", student="ada", score=score, points=4, isolation=("process",), questions=(question,)
    )


def grading(score: float, outcome: str = "failed", fingerprint: str = "f", output: bytes = b"") -> Outcome:
    return Outcome(report(score, outcome), output, fingerprint=fingerprint)


def handed_in(content: bytes, hours: int = 0) -> HandedIn:
    return HandedIn("ada", "ex-1", "ex-1.py", content, NOON + timedelta(hours=hours))


def test_what_was_graded_last_counts_whatever_time_a_file_claims(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"second", hours=10**6), grading(2))
        gradebook.record(handed_in(b"first"), grading(4))
        gradebook.record(handed_in(b"third", hours=2), grading(3, "ungraded", output=b"printed"))
        gradebook.record(handed_in(b"second", hours=3), None)
        attempts = list(gradebook.attempts())
    assert [(one.number, one.score, one.is_graded) for one in attempts] == [
        (1, 2, True),
        (2, 4, True),
        (3, 3, False),
        (3, 2, True),  # what could not be graded has used no attempt up
    ]
    assert database.rows("select score, output from report order by id") == [
        (2, b""),
        (4, b""),
        (3, b"printed"),
    ]
    assert database.rows("select content from submission order by id") == [
        (b"second",),
        (b"first",),
        (b"third",),
    ]


def test_the_same_file_handed_in_again_at_once_is_no_new_attempt(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(2))
        gradebook.record(handed_in(b"x", hours=9), grading(2))
        [attempt] = gradebook.attempts()
    assert attempt.handed_in == NOON
    assert len(database.rows("select id from report")) == 1


def test_a_report_of_the_same_file_that_is_worse_waits(database: Database) -> None:
    with database.open() as gradebook:
        assert gradebook.record(handed_in(b"x"), grading(3))
        assert not gradebook.record(handed_in(b"x"), grading(2, fingerprint="new"))
        assert [one.score for one in gradebook.attempts()] == [3]
        assert gradebook.record(handed_in(b"x"), grading(2, fingerprint="new"), may_lower=True)
        assert [one.score for one in gradebook.attempts()] == [2]
        assert not gradebook.record(
            handed_in(b"x"), grading(0, "ungraded", fingerprint="newer"), may_lower=False
        )
        assert [(one.score, one.is_graded) for one in gradebook.attempts()] == [(2, True)]
        assert gradebook.record(handed_in(b"x"), grading(4, fingerprint="newest"))
        assert [one.score for one in gradebook.attempts()] == [4]


def test_the_same_that_is_run_again_keeps_its_first_result_whichever_way_it_falls(database: Database) -> None:
    def again(score: float, fingerprint: str = "f", *, may_lower: bool = False) -> bool:
        made = grading(score, fingerprint=fingerprint)
        return gradebook.record(handed_in(b"x"), made, again=True, may_lower=may_lower)

    with database.open() as gradebook:
        assert again(2)
        assert [again(3), again(1), again(4), again(2)] == [False, False, False, True]
        assert [one.score for one in gradebook.attempts()] == [2]
        assert not again(1, "new")  # lower under other checks: it waits
        assert not again(4, "new")  # and is not drawn a second time
        assert not again(3, "f")  # nor when the checks are what they were
        assert [one.score for one in gradebook.attempts()] == [2]
        assert again(3, "newer")
        assert again(1, "newer", may_lower=True)  # somebody has said so
        assert [one.score for one in gradebook.attempts()] == [1]
        told = [event.text.partition(" (SHA")[0] for event in gradebook.history("ada")]
    assert told[1:4] == [
        "graded: 2 of 4",
        "graded: 3 of 4, only run again: not applied",
        "graded: 1 of 4, lower than before: not applied",
    ]


def test_what_could_not_be_graded_is_no_first_result(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(1, "ungraded"))
        assert gradebook.record(handed_in(b"x"), grading(3), again=True)
        assert not gradebook.record(handed_in(b"x"), grading(4, "ungraded"), again=True)
        assert not gradebook.record(handed_in(b"x"), grading(4), again=True)
        assert not gradebook.record(handed_in(b"x"), grading(1, "ungraded", "new"))
        assert gradebook.record(handed_in(b"x"), grading(3, fingerprint="new"))
        assert not gradebook.record(handed_in(b"x"), grading(1, "ungraded", "newer"))
        assert gradebook.record(handed_in(b"x"), grading(4, fingerprint="newer"))
        assert [(one.score, one.is_graded) for one in gradebook.attempts()] == [(4, True)]


def test_the_earliest_time_of_the_same_file_counts_and_the_history_shows_it(database: Database) -> None:
    def arrives(hours: int | None, *, is_late: bool = False, content: bytes = b"x") -> None:
        time = None if hours is None else NOON + timedelta(hours=hours)
        gradebook.record(HandedIn("ada", "ex-1", "ex-1.py", content, time, is_late), None)

    with database.open() as gradebook:
        gradebook.record(handed_in(b"x", hours=9), grading(2))
        for hours in (9, 12, None, 3, 3, 5):
            arrives(hours)
        [attempt] = gradebook.attempts()
        assert (attempt.number, attempt.handed_in) == (1, NOON + timedelta(hours=3))
        arrives(7, content=b"y")
        gradebook.record(handed_in(b"y", hours=7), grading(4))
        arrives(1)  # the first file comes back: another attempt, of another time
        found = [(one.number, one.handed_in) for one in gradebook.attempts()]
        assert found == [(n, NOON + timedelta(hours=h)) for n, h in ((1, 3), (2, 7), (3, 1))]
        told = [
            event.text.partition(" UTC")[0] for event in gradebook.history("ada") if "anded" in event.text
        ]
    assert told == [
        "handed in ex-1.py of 2026-11-22 21:00",
        "corrected: handed in ex-1.py of 2026-11-22 15:00",
        "handed in ex-1.py of 2026-11-22 19:00",
        "handed in ex-1.py of 2026-11-22 13:00",
    ]


def test_what_an_lms_says_is_corrected_too(database: Database) -> None:
    late = HandedIn("ada", "ex-1", "ex-1.py", b"x", None, is_late=True)
    with database.open() as gradebook:
        gradebook.record(late, grading(2))
        gradebook.record(HandedIn("ada", "ex-1", "ex-1.py", b"x", None), None)
        gradebook.record(late, None)
        [attempt] = gradebook.attempts()
        assert (attempt.handed_in, attempt.is_late) == (None, False)
        gradebook.record(HandedIn("ada", "ex-1", "ex-1.py", b"x", NOON, is_late=True), None)
        [attempt] = gradebook.attempts()
        assert (attempt.handed_in, attempt.is_late) == (NOON, False)
        [known] = gradebook.known(["ada"]).values()
    assert (known.arrival, known.is_latest) == (Arrival(NOON, is_late=False), True)
    assert [known.is_corrected_by(handed_in(b"x", hours)) for hours in (-1, 0, 1)] == [True, False, False]


instants = st.none() | st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=hours))
arrivals = st.builds(Arrival, instants, st.booleans())


@given(arrivals, arrivals, arrivals)
def test_in_which_order_the_same_file_is_found_makes_no_difference(
    one: Arrival, two: Arrival, three: Arrival
) -> None:
    assert one.corrected(two).corrected(three) == one.corrected(three.corrected(two))
    assert one.corrected(two).corrected(two) == one.corrected(two)
    assert one.corrected(one) == one


def test_the_case_of_a_suffix_makes_no_other_submission() -> None:
    digests = {HandedIn("ada", "ex-1", name, b"x", None).digest for name in ("a.py", "b.PY", "c.Py")}
    assert len(digests) == 1


def test_everybody_and_everything_that_a_gradebook_knows(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(2, fingerprint='{"q": "1", "r": "1"}'))
        gradebook.record(handed_in(b"y"), grading(2, fingerprint='{"q": "2"}'))
        gradebook.record(handed_in(b"z"), grading(2, "ungraded", fingerprint='{"s": "1"}'))
        gradebook.override(Override("bob", "ex-1", 1, "r", "prof", NOON))
        gradebook.override(Override("ada", "ex-2", 1, "r", "prof", NOON))
        gradebook.hand_out({("cyd", "ex-3"): {"N": 1}})
        assert gradebook.students() == {"ada", "bob", "cyd"}
        assert gradebook.exercises() == {"ex-1": 2, "ex-2": 1}
        assert gradebook.questions() == {("ex-1", "q"): 2, ("ex-1", "r"): 1}


def test_a_report_of_another_file_counts_however_bad_it_is(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(4))
        assert gradebook.record(handed_in(b"y"), grading(0))
        assert [one.score for one in gradebook.attempts()] == [4, 0]


def test_what_is_known_is_the_newest_report_whether_it_counts_or_not(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(3))
        gradebook.record(handed_in(b"y"), grading(1))
        gradebook.record(handed_in(b"x"), grading(2, fingerprint="new"), attempt=False)
        known = gradebook.known(["ada", "bob"])
    x, y = (known["ada", "ex-1", handed_in(content).digest] for content in (b"x", b"y"))
    assert (x.score, x.fingerprint, x.is_applied, x.is_latest) == (2, "new", False, False)
    assert (y.score, y.fingerprint, y.is_applied, y.is_latest) == (1, "f", True, True)
    assert (x.report(), len(known)) == (report(2), 2)


def test_overrides_and_history_come_in_the_order_of_time(database: Database) -> None:
    with database.open() as gradebook:
        gradebook.record(handed_in(b"x"), grading(3))
        gradebook.record(handed_in(b"x"), grading(2, fingerprint="new"))
        made = [
            Override("ada", "ex-1", score, "a reason", "prof", datetime.now(UTC)) for score in (1.5, None)
        ]
        for override in made:
            gradebook.override(override)
        assert (gradebook.overrides("ada"), gradebook.overrides("bob")) == (made, [])
        told = [event.text.partition(" (SHA-256")[0] for event in gradebook.history("ada")]
    assert told == [
        "handed in ex-1.py of 2026-11-22 12:00 UTC",
        "graded: 3 of 4",
        "graded: 2 of 4, lower than before: not applied",
        "override: 1.5, by prof: a reason",
        "override withdrawn, by prof: a reason",
    ]


def test_all_of_a_record_is_kept_or_nothing(database: Database) -> None:
    with database.open() as gradebook:
        broken = Outcome(report(4), fingerprint=None)  # type: ignore[arg-type]
        with pytest.raises(UsageFault, match="Earlier results are kept"):
            gradebook.record(handed_in(b"x"), broken)
        assert database.rows("select id from submission union all select id from attempt") == []
        gradebook.record(handed_in(b"x"), grading(4))
        assert [one.score for one in gradebook.attempts()] == [4]


def test_several_who_grade_at_once_lose_nothing(database: Database) -> None:
    def grade(name: str) -> None:
        with database.open() as gradebook:
            for number in range(10):
                one = HandedIn(name, "ex-1", "ex-1.py", b"same", NOON + timedelta(hours=number))
                gradebook.record(one, grading(number % 5, fingerprint=str(number)), may_lower=True)
                gradebook.record(handed_in(b"of all"), grading(3))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(grade, "abcd"))
    assert database.rows("select count(*) from report") == [(41,)]
    assert database.rows("select count(*) from submission") == [(5,)]
    assert database.rows("select count(*) from attempt") == [(5,)]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "g.db").write_text("not a database, but long enough to be looked at " * 100, encoding="utf-8")
    with pytest.raises(UsageFault, match="not a database"):
        Gradebook("sqlite:///g.db", tmp_path)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        Gradebook("sqlite://user:hunter2@host/x", tmp_path)
    assert "hunter2" not in str(caught.value)
