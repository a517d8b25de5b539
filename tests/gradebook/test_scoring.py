"""The rules of a course: from raw scores to final ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.deadlines import deadline
from grader.course.rules import Rules, unknown_students
from grader.errors import CourseFaults
from grader.gradebook.entries import Attempt, Override
from grader.gradebook.scoring import Score, scores
from tests.course.building import GOOD, course, lines

DUE = datetime(2026, 12, 1, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
POINTS = {"ex-1": 10.0, "ex-2": 4.0}


def ruled(**settings: Any) -> Rules:
    """Return rules with a deadline for ex-1."""
    return Rules.model_validate({"deadlines": {"ex-1": "2026-12-01 12:00"}, **settings})


def attempt(
    score: float = 10, late: timedelta | None = None, number: int = 1, student: str = "ada", **settings: Any
) -> Attempt:
    """Return an attempt at ex-1, handed in so much after the deadline."""
    time = DUE + late if late is not None else None
    given: dict[str, Any] = {"is_late": False, "points": 10.0, "is_graded": True, "exercise": "ex-1"}
    given |= {"handed_in": time, "seen": LATER, **settings}
    return Attempt(
        student=student,
        number=number,
        submission=number,
        score=score,
        graded=LATER,
        **given,
    )


def override(score: float | None, student: str = "ada") -> Override:
    return Override(student, "ex-1", score, "spoke to her", "prof", LATER)


def final(rules: Rules, *attempts: Attempt, overrides: tuple[Override, ...] = ()) -> Score:
    """Return the only score in the result."""
    [score] = scores(attempts, overrides, rules, POINTS)
    return score


def test_without_rules_the_last_attempt_counts_as_it_is() -> None:
    assert final(Rules(), attempt(7)) == Score("ada", "ex-1", 7, 7, 10, (), is_graded=True, graded=LATER)
    score = final(Rules(), attempt(7), attempt(5, number=2))
    assert (score.raw, score.final, score.rules) == (5, 5, ("attempt 2 of 2",))


@pytest.mark.parametrize(
    ("late", "expected", "told"),
    [
        (timedelta(days=-9), 10, ()),
        (timedelta(), 10, ()),
        (timedelta(minutes=30), 10, ()),
        (timedelta(minutes=30, microseconds=1), 9, ("1 day late: -10 %",)),
        (timedelta(days=1), 9, ("1 day late: -10 %",)),
        (timedelta(days=1, microseconds=1), 8, ("2 days late: -20 %",)),
        (timedelta(days=2, hours=3), 7.5, ("3 days late: -25 %",)),
        (timedelta(days=4), 7.5, ("4 days late: -25 %",)),
        (timedelta(days=4, microseconds=1), 0, ("5 days late: scores 0",)),
    ],
)
def test_lateness_costs_by_days_begun(late: timedelta, expected: float, told: tuple[str, ...]) -> None:
    rules = ruled(grace_minutes=30, late={"percent_per_day": 10, "at_most": 25, "days": 4})
    score = final(rules, attempt(10, late))
    assert (score.raw, score.final, score.rules) == (10, expected, told)


def test_what_is_late_is_told_even_where_it_costs_nothing() -> None:
    score = final(ruled(), attempt(10, timedelta(days=1)))
    assert (score.final, score.rules) == (10, ("1 day late: -0 %",))


def test_no_later_than_the_deadline_at_all() -> None:
    rules = ruled(late={"days": 0})
    assert final(rules, attempt(10, timedelta())).final == 10
    assert final(rules, attempt(10, timedelta(seconds=1))).final == 0


def test_a_time_that_nobody_knows_costs_nothing_and_is_told_where_the_lms_says_late() -> None:
    rules = ruled(late={"percent_per_day": 50})
    assert final(rules, attempt(10)).rules == ()
    score = final(rules, attempt(10, is_late=True))
    assert (score.final, score.rules) == (10, ("late by an unknown time",))


def test_of_several_extensions_the_latest_counts_and_none_makes_it_earlier() -> None:
    extensions = [
        {"student": "ada", "days": 2},
        {"student": "ada", "exercise": "ex-1", "until": "2026-12-08 12:00"},
        {"student": "ada", "exercise": "ex-2", "days": 99},
        {"student": "bob", "exercise": "ex-1", "until": "2026-11-01 12:00"},
        {"student": "cyd", "days": 0.5},
    ]
    rules = ruled(extensions=extensions)
    assert deadline(rules, "ada", "ex-1") == DUE + timedelta(days=7)
    assert deadline(rules, "bob", "ex-1") == DUE
    assert deadline(rules, "cyd", "ex-1") == DUE + timedelta(hours=12)
    assert deadline(rules, "dan", "ex-1") == DUE
    assert deadline(rules, "ada", "ex-2") is None
    late = ruled(extensions=extensions, late={"percent_per_day": 10})
    assert final(late, attempt(10, timedelta(days=8))).final == 9
    assert final(late, attempt(10, timedelta(days=8), student="bob")).final == pytest.approx(2)


def test_times_are_local_and_follow_the_clock() -> None:
    def due(text: str, **extension: object) -> datetime | None:
        extended = [{"student": "ada", **extension}] if extension else []
        zone = {"timezone": "Europe/Berlin", "deadlines": {"ex-1": text}, "extensions": extended}
        return deadline(Rules.model_validate(zone), "ada", "ex-1")

    assert due("2026-12-01 12:00") == datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert due("2026-07-01 12:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert due("2026-07-01") == datetime(2026, 7, 1, 21, 59, 59, 999999, tzinfo=UTC)
    assert due("2026-10-24 12:00", days=1) == datetime(2026, 10, 25, 11, tzinfo=UTC)  # winter begins
    assert due("2026-03-28 12:00", days=1) == datetime(2026, 3, 29, 10, tzinfo=UTC)  # summer begins
    assert due("2026-12-01 12:00", until="2026-12-02T18:30:15") == datetime(
        2026, 12, 2, 17, 30, 15, tzinfo=UTC
    )


def test_the_best_attempt_is_the_one_that_is_best_after_the_rules() -> None:
    tries = (attempt(8, timedelta()), attempt(10, timedelta(days=3), number=2), attempt(2, number=3))
    best = final(ruled(attempts="best", late={"percent_per_day": 10}), *tries)
    assert (best.raw, best.final, best.rules) == (8, 8, ("attempt 1 of 3",))
    best = final(ruled(attempts="best", late={"percent_per_day": 5}), *tries)
    assert (best.raw, best.final, best.rules) == (10, 8.5, ("attempt 2 of 3", "3 days late: -15 %"))
    assert final(ruled(attempts="last"), *tries).final == 2


def test_attempts_after_so_many_do_not_count() -> None:
    tries = [attempt(score, number=number) for number, score in enumerate([3, 5, 9], 1)]
    score = final(ruled(max_attempts=2), *tries)
    assert (score.final, score.rules) == (5, ("attempt 2 of 3",))
    assert final(ruled(max_attempts=1, attempts="best"), *tries).final == 3
    assert final(ruled(max_attempts=3), *tries).final == 9


def test_what_could_not_be_graded_has_no_final_score() -> None:
    score = final(ruled(), attempt(0, is_graded=False))
    assert (score.final, score.is_graded) == (None, False)
    tries = (attempt(4), attempt(0, number=2, is_graded=False))
    assert final(ruled(), *tries).is_graded is False  # an older attempt must not stand in for the last one
    best = final(ruled(attempts="best"), *tries)
    assert (best.final, best.is_graded) == (4, True)


def test_what_could_not_be_graded_is_not_the_best_whatever_it_earned_in_part() -> None:
    for tries in ((attempt(4), attempt(9, is_graded=False)), (attempt(9, is_graded=False), attempt(4))):
        best = final(ruled(attempts="best"), *tries)
        assert (best.raw, best.final, best.is_graded) == (4, 4, True)
    alone = final(ruled(attempts="best"), attempt(9, is_graded=False))
    assert (alone.final, alone.is_graded) == (None, False)


def test_what_could_not_be_graded_uses_no_attempt_up() -> None:
    tries = (attempt(9, is_graded=False), attempt(0, is_graded=False), attempt(4), attempt(7, number=2))
    assert final(ruled(max_attempts=1), *tries).final == 4
    assert final(ruled(max_attempts=2), *tries).rules == ("attempt 2 of 2",)
    assert final(ruled(), *tries[:3]).rules == ()


def test_who_is_excused_has_no_score_whatever_they_handed_in() -> None:
    rules = ruled(excused=[{"student": "ada", "exercise": "ex-1", "reason": "ill"}])
    score = final(rules, attempt(9))
    assert (score.raw, score.final, score.rules, score.is_excused) == (9, None, ("excused: ill",), True)
    [score] = scores([], [], rules, POINTS)
    assert (score.student, score.raw, score.is_excused, score.is_graded) == ("ada", None, True, True)


def test_an_override_wins_over_everything_until_it_is_taken_back() -> None:
    rules = ruled(
        late={"days": 0}, max_attempts=1, excused=[{"student": "ada", "exercise": "ex-1", "reason": "ill"}]
    )
    tries = (attempt(3, timedelta(days=9)), attempt(4, timedelta(days=10), number=2))
    score = final(rules, *tries, overrides=(override(6), override(8.5)))
    assert (score.raw, score.final, score.rules) == (3, 8.5, ("override by prof: spoke to her",))
    assert not score.is_excused
    score = final(rules, *tries, overrides=(override(6), override(None)))
    assert (score.final, score.is_excused) == (None, True)
    assert final(ruled(), attempt(0, is_graded=False), overrides=(override(8),)).is_graded
    assert final(Rules(), overrides=(override(8),)).raw is None
    assert list(scores([], [override(8), override(None)], Rules(), POINTS)) == []


@pytest.mark.parametrize(
    ("score", "before", "expected", "told"),
    [
        (10, 10.0, 10, ()),
        (10, None, 10, ()),
        (0, 10.0, 0, ()),
        (10 + 1e-9, 10.0, 10, ()),  # the rounding error of adding points up
        (
            12,
            20.0,
            None,
            ("set by hand to 12 of 20, which is more than the 10 points of the exercise now: left out",),
        ),
        (
            12,
            None,
            None,
            ("set by hand to 12, which is more than the 10 points of the exercise now: left out",),
        ),
        (3, 4.0, 3, ("set by hand to 3 when there were 4 points; now there are 10",)),
        (3, 20.0, 3, ("set by hand to 3 when there were 20 points; now there are 10",)),
    ],
)
def test_an_override_when_the_points_have_changed(
    score: float, before: float | None, expected: float | None, told: tuple[str, ...]
) -> None:
    made = Override("ada", "ex-1", score, "r", "prof", LATER, before)
    found = final(ruled(), attempt(7), overrides=(made,))
    assert (found.final, found.warnings, found.is_graded) == (expected, told, True)
    assert final(ruled(), attempt(7), overrides=(made, override(None))).warnings == ()


def test_an_override_that_is_older_than_the_newest_file_is_told_until_somebody_looks() -> None:
    newer = LATER + timedelta(seconds=1)
    tries = (attempt(3), attempt(6, number=2, seen=newer))
    score = final(ruled(), *tries, overrides=(override(5),))
    assert (score.raw, score.final) == (6, 5)
    assert score.warnings == ("set by hand to 5 before the newest file was handed in",)
    again = Override("ada", "ex-1", 5, "seen", "prof", newer + timedelta(seconds=1), 10)
    assert final(ruled(), *tries, overrides=(override(5), again)).warnings == ()
    assert final(ruled(), tries[0], overrides=(override(5),)).warnings == ()
    unread = attempt(0, seen=newer, is_graded=False)
    assert final(ruled(), unread, overrides=(override(5),)).warnings  # somebody should also look at that


def test_who_is_excused_and_known_to_nobody_has_no_row() -> None:
    excused = [{"student": name, "exercise": "ex-1"} for name in ("ada", "bob", "cyd")]
    rules = Rules.model_validate({"excused": excused})
    found = scores([attempt(student="ada")], [], rules, POINTS, known={"bob"})
    assert [(score.student, score.is_excused) for score in found] == [("ada", True), ("bob", True)]
    assert list(scores([], [], rules, POINTS, known=())) == []


COMPOSED, DECOMPOSED = "Jos\u00e9", "Jose\u0301"


@pytest.mark.parametrize("written", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED])
def test_a_name_in_the_rules_is_the_same_in_either_form(written: str, name: str) -> None:
    rules = ruled(
        extensions=[{"student": written, "days": 2}], excused=[{"student": written, "exercise": "ex-2"}]
    )
    assert deadline(rules, name, "ex-1") == DUE + timedelta(days=2)
    found = scores([attempt(student=name, exercise="ex-2")], [], rules, POINTS, known={COMPOSED})
    assert [(score.student, score.is_excused) for score in found] == [(name, True)]
    assert list(unknown_students(rules, {name})) == []


def test_names_in_the_rules_that_nobody_has_are_told_once() -> None:
    rules = ruled(
        extensions=[{"student": "adaa", "days": 2}, {"student": "adaa", "until": "2027-01-01"}],
        excused=[{"student": "zoe\x1b", "exercise": "ex-1"}, {"student": "bob", "exercise": "ex-1"}],
    )
    told = list(unknown_students(rules, ["ada"], ["bob"]))
    assert told == [
        "The rules in course.yaml name 'adaa', who is neither in the roster nor in the gradebook. Did you mean 'ada'?",
        "The rules in course.yaml name 'zoe?', who is neither in the roster nor in the gradebook. Correct the name.",
    ]
    assert list(unknown_students(Rules(), [])) == []


def test_points_that_were_changed_later_scale_the_score() -> None:
    score = final(Rules(), attempt(2.5, points=5.0))
    assert (score.raw, score.final, score.points) == (5, 5, 10)
    assert final(ruled(late={"percent_per_day": 20}), attempt(5, timedelta(1), points=5.0)).final == 8


@pytest.mark.parametrize(("score", "points"), [(7.5, 11.0), (3.75, 11.0), (1.1, 3.0), (2.5, 7.0)])
def test_a_score_that_no_rule_touches_is_the_reports_own(score: float, points: float) -> None:
    [found] = scores([attempt(score, points=points)], [], Rules(), {"ex-1": points})
    assert (found.raw, found.final) == (score, score)


def test_scores_come_by_student_and_in_the_order_of_the_course() -> None:
    tries = [
        attempt(student="ada", exercise="ex-1"),
        attempt(student="ada", exercise="ex-2"),
        attempt(student="bob", exercise="ex-2"),
        attempt(student="bob", exercise="gone"),
        attempt(student="cyd", exercise="ex-1"),
    ]
    rules = Rules.model_validate({"excused": [{"student": "abe", "exercise": "ex-2"}]})
    found = scores(tries, [override(1, "bob"), override(1, "zoe")], rules, {"ex-2": 4.0, "ex-1": 10.0})
    assert [(score.student, score.exercise) for score in found] == [
        ("abe", "ex-2"),
        ("ada", "ex-2"),
        ("ada", "ex-1"),
        ("bob", "ex-2"),
        ("bob", "ex-1"),
        ("cyd", "ex-1"),
        ("zoe", "ex-1"),
    ]


points = st.integers(0, 60).map(lambda sixths: round(sixths / 6, 6))
days = st.floats(-40, 40).map(lambda count: timedelta(days=count))
any_rules = st.builds(
    ruled,
    grace_minutes=st.integers(0, 10080),
    late=st.builds(
        lambda percent, at_most, last: {"percent_per_day": percent, "at_most": at_most, "days": last},
        st.integers(0, 100),
        st.integers(0, 100),
        st.none() | st.integers(0, 30),
    ),
    attempts=st.sampled_from(["last", "best"]),
    max_attempts=st.none() | st.integers(1, 4),
    extensions=st.lists(
        st.builds(lambda count: {"student": "ada", "days": count}, st.integers(1, 20)), max_size=2
    ),
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
)
shares = st.lists(st.tuples(points, st.none() | days), min_size=1, max_size=5)


@given(any_rules, shares)
def test_no_rule_gives_more_than_what_was_earned(
    rules: Rules, handed_in: list[tuple[float, timedelta | None]]
) -> None:
    tries = [attempt(score, late, number) for number, (score, late) in enumerate(handed_in, 1)]
    score = final(rules, *tries)
    assert score.raw is not None
    assert score.final is not None
    assert 0 <= score.final <= score.raw
    assert score.raw in [pytest.approx(one.score, abs=1e-6) for one in tries]
    if score.final != score.raw:
        assert score.rules


@given(any_rules, points, days, days)
def test_handing_in_later_is_never_better(
    rules: Rules, score: float, one: timedelta, other: timedelta
) -> None:
    early, late = (final(rules, attempt(score, when)).final for when in sorted([one, other]))
    assert early is not None
    assert late is not None
    assert late <= early


@given(any_rules, points, days, st.integers(1, 30))
def test_an_extension_is_never_worse(rules: Rules, score: float, late: timedelta, more: int) -> None:
    data = rules.model_dump()
    data["extensions"] = [*data["extensions"], {"student": "ada", "exercise": "ex-1", "days": more}]
    longer = {key: value for key, value in data.items() if key != "deadlines"}
    for extension in longer["extensions"]:
        extension.pop("until", None)
    extended = final(ruled(**longer), attempt(score, late)).final
    before = final(rules, attempt(score, late)).final
    assert extended is not None
    assert before is not None
    assert extended >= before


@given(any_rules, shares, points)
def test_an_override_is_final(
    rules: Rules, handed_in: list[tuple[float, timedelta | None]], by_hand: float
) -> None:
    tries = [attempt(score, late, number) for number, (score, late) in enumerate(handed_in, 1)]
    assert final(rules, *tries, overrides=(override(by_hand),)).final == by_hand


names = st.sampled_from(["ada", "bob", "cyd"])
everybodys_tries = st.lists(
    st.tuples(names, points, st.none() | days, st.booleans(), st.integers(-9, 9)), max_size=8
)
everybodys_overrides = st.lists(
    st.tuples(names, st.none() | st.integers(0, 20), st.none() | st.integers(1, 20), st.integers(-9, 9)),
    max_size=6,
)


def numbered(tries: Any) -> list[Attempt]:
    """Return attempts as the gradebook numbers and sorts them."""
    made: list[Attempt] = []
    for student, score, late, is_graded, seen in sorted(tries, key=lambda one: str(one[0])):
        own = [one for one in made if one.student == student]
        number = 1 + sum(one.is_graded for one in own)
        settings = {"student": student, "is_graded": is_graded, "seen": LATER + timedelta(hours=seen)}
        made.append(attempt(score, late, number, **settings))
    return made


@settings(deadline=None, max_examples=50)
@given(any_rules, everybodys_tries, everybodys_overrides, st.randoms())
def test_whatever_happens_a_score_is_within_its_points_and_nobody_elses_business(
    rules: Rules, tries: Any, by_hand: Any, random: Any
) -> None:
    attempts = numbered(tries)
    overrides = [
        Override(student, "ex-1", score, "r", "prof", LATER + timedelta(hours=hour), before)
        for student, score, before, hour in by_hand
    ]
    found = {one.student: one for one in scores(attempts, overrides, rules, POINTS)}
    assert all(one.final is None or 0 <= one.final <= one.points for one in found.values())
    assert all(one.warnings for one in found.values() if one.final is None and one.is_graded)
    for student in ("ada", "bob", "cyd"):
        own = [one for one in overrides if one.student == student]
        others = [one for one in overrides if one.student != student]
        random.shuffle(others)
        alone = [one for one in attempts if one.student == student]
        again = {one.student: one for one in scores(alone, [*others, *own], rules, POINTS)}
        assert again.get(student) == found.get(student)


@settings(deadline=None, max_examples=50)
@given(any_rules, everybodys_tries, points)
def test_a_file_that_could_not_be_graded_never_lowers_a_score(
    rules: Rules, tries: Any, earned: float
) -> None:
    own = [("ada", *rest) for _, *rest in tries]
    before = [one.final for one in scores(numbered(own), [], rules, POINTS)]
    for place in range(len(own) + 1):
        more = numbered([*own[:place], ("ada", earned, None, False, 0), *own[place:]])
        [after] = scores(more, [], rules, POINTS)
        assert after.final is None or [after.final] == before
        if rules.attempts == "best" and before:
            assert [after.final] == before


TOP = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1]\nrules:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "  deadlines: {exercise-2: 2026-12-01}\n",
            "course.yaml:6:27: rules.deadlines.exercise-2: There is no exercise 'exercise-2'. Did you mean 'exercise-1'?",
        ),
        (
            "  extensions:\n    - {student: ada, exercise: exercise-9, days: 1}\n",
            "course.yaml:7:32: rules.extensions[0].exercise: There is no exercise 'exercise-9'. Did you mean 'exercise-1'?",
        ),
        (
            "  excused: [{student: ada, exercise: x}]\n",
            "course.yaml:6:38: rules.excused[0].exercise: There is no exercise 'x'. Use one of: exercise-1.",
        ),
        (
            "  timezone: Europe/Berlim\n",
            "course.yaml:6:13: rules.timezone: There is no time zone 'Europe/Berlim'. Write it like Europe/Berlin.",
        ),
        ("  timezone: ../etc/passwd\n", "course.yaml:6:13: rules.timezone: There is no time zone '../etc/passwd'."),
        (
            "  deadlines: {exercise-1: tomorrow}\n",
            "course.yaml:6:27: rules.deadlines.exercise-1: 'tomorrow' is not a time. Write it like 2026-12-01 23:59.",
        ),
        ("  deadlines: {exercise-1: 2026-13-01}\n", "course.yaml:6:27: rules.deadlines.exercise-1: '2026-13-01' is not a time."),
        (
            "  extensions:\n    - {student: ada, until: 2026-12-01, days: 1}\n",
            "course.yaml:7:7: rules.extensions[0]: An extension needs either until or days. Give one of them.",
        ),
        ("  extensions:\n    - {student: ada}\n", "course.yaml:7:7: rules.extensions[0]: An extension needs either until or days. Give one of them."),
        ("  late: {percent: 10}\n", "course.yaml:6:10: rules.late.percent: There is no key 'percent' here. "),
        ("  late: {percent_per_day: 101}\n", "course.yaml:6:27: rules.late.percent_per_day: It must be 100 or less, not 101."),
        ("  max_attempts: 0\n", "course.yaml:6:17: rules.max_attempts: It must be 1 or more, not 0."),
        ("  attempts: first\n", "course.yaml:6:13: rules.attempts: It must be 'last' or 'best', not 'first'."),
        ("  grace_minutes: .nan\n", "course.yaml:6:18: rules.grace_minutes: It must be"),
        ("  late: {days: -1}\n", "course.yaml:6:16: rules.late.days: It must be 0 or more, not -1."),
    ],
)  # fmt: skip
def test_wrong_rules_are_told_with_their_place(tmp_path, text, expected):
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, TOP + text, exercise_1=GOOD)
    [found] = lines(caught.value, tmp_path)
    assert found.startswith(expected)


def test_all_wrong_rules_are_told_at_once(tmp_path):
    text = "  deadlines: {exercise-2: 2026-12-01}\n  excused: [{student: ada, exercise: x}]\n"
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, TOP + text, exercise_1=GOOD)
    assert [fault.line for fault in caught.value.faults] == [6, 7]


@pytest.mark.parametrize(
    "written",
    ["2026-12-01 23:59:59", "'2026-12-01 23:59:59'", "2026-12-01T23:59:59", "2026-12-01", "'2026-12-01'"],
)
def test_times_may_be_written_as_yaml_or_as_text(tmp_path, written):
    loaded = course(tmp_path, TOP + f"  deadlines: {{exercise-1: {written}}}\n", exercise_1=GOOD)
    due = datetime(2026, 12, 1, 23, 59, 59, 999999, tzinfo=UTC)
    assert deadline(loaded.record.rules, "ada", "exercise-1") == due
