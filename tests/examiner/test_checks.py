"""Checks: which question they belong to, what they weigh, and whose fault it is when they fail."""

from __future__ import annotations

import getpass
import os
import signal
import sys
import time
from datetime import UTC, datetime

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.classroom.exporting import Zeros, export_items
from grader.errors import CourseFaults
from grader.examiner import patience
from grader.examiner.report import Report
from grader.examiner.session import Session
from grader.gradebook.scoring import Score

RIGHT = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x\n"


def outcomes(report: Report) -> dict[str, str]:
    """Return the outcomes of a report's checks, by name."""
    return {check.id: check.outcome for question in report.questions for check in question.checks}


@pytest.mark.parametrize(
    ("check", "question"),
    [
        ("def test_double(student): ...", "double"),
        ("def test_double_of_one(student): ...", "double"),
        ("def test_double_up(student): ...", "double_up"),
        ("def test_double_up_to_ten(student): ...", "double_up"),
        ("@pytest.mark.question('double')\ndef test_double_up(student): ...", "double"),
        ("@pytest.mark.question('double')\ndef test_whatever(student): ...", "double"),
        ("class Test:\n    def test_double_up_(self, student): ...", "double_up"),
        ("@pytest.mark.parametrize('n', [1])\ndef test_double_up_by(student, n): ...", "double_up"),
        (
            "@pytest.mark.parametrize('n', [1])\ndef test_double_up(student, n): ...",
            "double_up",
        ),
    ],
)
def test_a_check_belongs_to_the_longest_id_that_its_name_begins_with(bench, check, question):
    suite = bench(questions=("double", "double_up"), checks=f"import pytest\n\n{check}\n").collect()
    assert [one.question for one in suite.checks["e"]] == [question]


def test_an_exercise_may_have_the_name_of_a_module_of_pythons(bench):
    needs_it = "def test_double(student):\n    import tabnanny\n    assert tabnanny.check\n"
    (report,) = bench(checks=needs_it, name="tabnanny").grade(RIGHT)
    assert outcomes(report) == {"test_double": "passed"}


LATE = """
import signal
from grader.examiner import patience

def late():
    patience.time.ahead += 1000
    signal.raise_signal(signal.SIGALRM)
"""


class Clock:
    """A clock that can be put forward; `late` does so in a check, and rings at once."""

    ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of the checks, which have 100 seconds."""
    made = Clock()
    monkeypatch.setattr(patience, "time", made)
    monkeypatch.setattr("grader.examiner.checks.CHECK_SECONDS", 100.0)
    return made


@pytest.mark.usefixtures("clock")
def test_a_check_that_never_ends_is_nobodys_fault_and_is_not_tried_again(bench, tmp_path):
    log = tmp_path / "log"
    check = f"""{LATE}
def test_double(student):
    with open({str(log)!r}, "a") as log:
        log.write("tried\\n")
    late()
    while True:
        pass

def test_double_of_one(student):
    assert student.double(1) == 2
"""
    first, second = bench(checks=check).grade(RIGHT, RIGHT)
    assert outcomes(first) == outcomes(second) == {"test_double": "ungraded", "test_double_of_one": "passed"}
    assert "ran out of time" in first.questions[0].checks[0].message
    assert log.read_text() == "tried\n" * 2  # with the student, and with the reference in their place


@pytest.mark.usefixtures("clock")
def test_a_value_that_makes_a_check_endless_fails_it(bench):
    check = f"{LATE}\ndef test_double(student):\n    for n in range(student.double(2)):\n        if n == 4:\n            late()\n    assert n == 3\n"
    endless = "def double(x):\n    return 10**15\n"
    wrong, right = bench(checks=check).grade(endless, RIGHT)
    assert outcomes(wrong) == {"test_double": "failed"}
    assert outcomes(right) == {"test_double": "passed"}


def test_what_student_code_takes_is_not_the_checks_own_time(bench, clock, monkeypatch):
    ask = Session._ask

    def slowly(session, *arguments):
        ask(session, *arguments)
        if callable(signal.getsignal(signal.SIGALRM)):  # else no check is being run yet
            clock.ahead += 1000
            signal.raise_signal(signal.SIGALRM)

    monkeypatch.setattr(Session, "_ask", slowly)
    check = "import signal\n\ndef test_double(student):\n    assert student.double(2) == 4\n"
    check += "    signal.raise_signal(signal.SIGALRM)\n"
    (report,) = bench(checks=check).grade(RIGHT)
    assert outcomes(report) == {"test_double": "passed"}
    assert clock.ahead >= 1000


def test_own_time_is_counted_beside_the_time_of_others(clock):
    others = patience.Stopwatch()
    with pytest.raises(patience.TooSlowError), patience.own_time_bounded(others, 10.0):
        clock.ahead += 6
        signal.raise_signal(signal.SIGALRM)
        with others.running(), others.running():
            clock.ahead += 1000
            signal.raise_signal(signal.SIGALRM)
        clock.ahead += 3
        signal.raise_signal(signal.SIGALRM)
        clock.ahead += 3
        signal.raise_signal(signal.SIGALRM)
        pytest.fail("the alarm rang, and nothing happened")
    assert others.seconds == pytest.approx(1000, abs=1)


@pytest.mark.parametrize(
    "check",
    [
        "def test_doubles(student): ...",
        "def test_other(student): ...",
        "@pytest.mark.question('triple')\ndef test_double(student): ...",
        "@pytest.mark.question()\ndef test_double(student): ...",
    ],
)
def test_a_check_that_belongs_to_no_question_is_named_with_its_line(bench, check):
    tried = bench(questions=("double", "double_up"), checks=f"import pytest\n\n\n{check}\n")
    with pytest.raises(CourseFaults) as faults:
        tried.collect()
    (fault,) = faults.value.faults
    assert fault.file == tried.folder / "checks.py"
    assert fault.line in {4, 5}
    assert "belongs to no code question" in str(fault)
    assert "test_ and one of: double, double_up" in str(fault)


def test_with_one_question_every_check_is_its(bench):
    suite = bench(checks="def test_this(student): ...\ndef test_that(student): ...\n").collect()
    assert [check.question for check in suite.of("e", "double")] == ["double"] * 2


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"checks": "import no_such_module\n"}, "No module named 'no_such_module'"),
        ({"checks": "def test_double(:\n"}, "This is not Python"),
        ({"checks": "1 / 0\n"}, "division by zero"),
        ({"reference": "double = 1 / 0\n"}, "ZeroDivisionError"),
    ],
)
def test_files_that_cannot_be_imported_are_faults_of_the_course(bench, broken, word):
    tried = bench(**{"checks": "def test_double(student): ...\n", **broken})
    with pytest.raises(CourseFaults) as faults:
        tried.collect()
    (fault,) = faults.value.faults
    assert fault.file.name == ("reference.py" if "reference" in broken else "checks.py")
    assert word in str(fault)


@pytest.mark.parametrize(
    "marker",
    ["points()", "points('two')", "points(-1)", "points(0)", "points(float('nan'))"],
)
def test_a_weight_that_is_none_is_a_fault_of_the_course(bench, marker):
    with pytest.raises(CourseFaults):
        bench(checks=f"import pytest\n\n@pytest.mark.{marker}\ndef test_double(student): ...\n").collect()


WEIGHED = """
import pytest

@pytest.mark.points(2)
def test_double_one(student):
    assert student.double(1) == 2

def test_double_zero(student):
    assert student.double(0) == 0

@pytest.mark.points(3)
def test_double_two(student, reference):
    assert student.double(2) == reference.double(2)
"""


def test_points_are_shared_out_by_weight(bench):
    right, wrong = bench(checks=WEIGHED).grade(RIGHT, WRONG)
    assert [check.points for check in right.questions[0].checks] == [2, 1, 3]
    assert (right.score, right.questions[0].outcome, right.is_full) == (6, "passed", True)
    assert (wrong.score, wrong.questions[0].outcome, wrong.is_full) == (1, "failed", False)


@pytest.mark.parametrize("count", [3, 7])
def test_all_shares_add_up_to_full_marks(bench, count):
    checks = "".join(f"def test_{n}(student):\n    student.double\n" for n in range(count))
    (report,) = bench(checks=checks, points=1).grade(RIGHT)
    assert report.score == report.points == 1


def test_the_title_is_the_first_line_of_the_docstring_or_the_name(bench):
    checks = (
        'def test_a(student):\n    """What it is.\n\n    More.\n    """\n\ndef test_two_words(student): ...\n'
    )
    suite = bench(checks=checks, visible="def test_seen(student): ...\n").collect()
    assert [(check.title, check.visible) for check in suite.checks["e"]] == [
        ("seen", True),
        ("What it is.", False),
        ("two words", False),
    ]


def test_the_cases_of_a_visible_check_have_titles_of_their_own(bench):
    check = (
        'import pytest\n\n@pytest.mark.parametrize("n", [1, 2])\ndef test_{}(student, n):\n    "Doubles."\n'
    )
    suite = bench(checks=check.format("hidden"), visible=check.format("seen")).collect()
    titles = [check.title for check in suite.checks["e"]]
    assert titles == ["Doubles [1]", "Doubles [2]", "Doubles.", "Doubles."]


def test_only_visible_checks_say_what_was_expected(bench):
    checks = "def test_{}(student):\n    assert student.double(1234) == 2468, 'it is 2468'\n"
    (report,) = bench(checks=checks.format("hidden"), visible=checks.format("seen")).grade(WRONG)
    seen, hidden = report.questions[0].checks
    assert "2468" in seen.message
    assert hidden.message
    assert not {"2468", "1234"} & set(hidden.message.replace(".", " ").split())


def test_what_a_check_stumbled_over_is_held_against_the_reference(bench):
    checks = "def test_double(student, reference):\n    assert student.double([1, 2])[3] == reference.double([1, 2])[3]\n"
    (report,) = bench(visible=checks).grade(WRONG)
    assert outcomes(report) == {"test_double": "failed"}
    assert report.questions[0].checks[0].message == "The result is a list of 2, not a list of 4."


@pytest.mark.parametrize("skip", ["pytest.skip()", "raise __import__('unittest').SkipTest"])
def test_a_skipped_check_weighs_nothing(bench, skip):
    checks = f"import pytest\n\ndef test_a(student):\n    {skip}\n" + WEIGHED
    right, wrong = bench(checks=checks).grade(RIGHT, WRONG)
    assert outcomes(right)["test_a"] == "skipped"
    assert (right.score, right.questions[0].outcome, wrong.score) == (6, "passed", 1)


def test_a_question_whose_every_check_is_skipped_is_not_a_zero(bench):
    (report,) = bench(checks="import pytest\n\ndef test_a(student):\n    pytest.skip()\n").grade(RIGHT)
    assert (report.questions[0].outcome, report.is_graded) == ("ungraded", False)
    assert (
        report.questions[0].message
        == "Every check of this question was skipped. Please tell your instructor."
    )
    assert not report.is_graded


RAISING = """
import pytest

def test_error(student):
    with pytest.raises({}):
        student.double(-1)
"""


@pytest.mark.parametrize(
    ("raised", "expected", "outcome"),
    [
        ("ValueError('no')", "ValueError, match='no'", "passed"),
        ("KeyError('no')", "LookupError", "passed"),
        ("StopIteration", "StopIteration", "error"),  # it would end a loop of the check
        ("TypeError('no')", "ValueError", "error"),
        ("AssertionError('no')", "ValueError", "error"),
        ("SystemExit", "ValueError", "crashed"),
        ("KeyboardInterrupt", "ValueError", "crashed"),
        ("UnicodeError('no')", "ValueError", "error"),
        ("type('ValueError', (Exception,), {})", "ValueError", "error"),
        ("None if x else 1", "ValueError", "error"),
    ],
)
def test_a_check_may_expect_an_error_of_the_students(bench, raised, expected, outcome):
    source = f"def double(x):\n    raise {raised}\n"
    (report,) = bench(checks=RAISING.format(expected)).grade(source)
    assert outcomes(report) == {"test_error": outcome}


def test_an_error_that_does_not_come_is_a_failed_check(bench):
    (report,) = bench(checks=RAISING.format("ValueError")).grade(RIGHT)
    assert outcomes(report) == {"test_error": "failed"}


@pytest.mark.parametrize(
    "body",
    [
        "import os; os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
        "return [0] * 10**6",
    ],
)
def test_no_answer_is_never_a_pass_whatever_a_check_catches(bench, body):
    (report,) = bench(checks=RAISING.format("Exception")).grade(f"def double(x):\n    {body}\n")
    assert outcomes(report)["test_error"] != "passed"


SCOPED = """
import pytest

@pytest.fixture(scope="{0}")
def seen():
    return []

def test_first(student, seen):
    assert seen == []
    seen.append(student.double(1))

def test_second(student, seen):
    seen.append(student.double(1))
    assert len(seen) == {1}
"""


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_fixtures_never_carry_one_submission_to_the_next(bench, scope):
    reports = bench(checks=SCOPED.format(scope, 1)).grade(RIGHT, RIGHT)
    assert [report.score for report in reports] == [6, 6]


OWN_FIXTURES = """
import pytest

@pytest.fixture
def params(student):
    return student.double(4)

@pytest.mark.parametrize("reference", [10])
def test_own(params, reference):
    assert params + 2 == reference
"""


def test_fixtures_and_cases_of_an_author_come_before_those_of_the_same_name(bench):
    right, wrong = bench(checks=OWN_FIXTURES).grade(RIGHT, "def double(x): return x\n")
    assert (right.score, wrong.score) == (6, 0)
    assert outcomes(wrong) == {"test_own[10]": "failed"}


OF_PYTEST = """
def test_folder(student, tmp_path):
    (tmp_path / "x").write_text(str(student.double(2)))
    assert (tmp_path / "x").read_text() == "4"

def test_printed(student, capsys):
    print(student.double(2))
    assert capsys.readouterr().out == "4\\n"

def test_replaced(student, monkeypatch):
    monkeypatch.setattr("math.pi", 4)
    import math
    assert student.double(2) == math.pi
"""


def test_fixtures_of_pytest_work_in_checks(bench):
    (report,) = bench(checks=OF_PYTEST).grade(RIGHT)
    assert outcomes(report) == dict.fromkeys(("test_folder", "test_printed", "test_replaced"), "passed")


def test_files_of_a_check_are_apart_from_those_of_other_runs_of_pytest(bench, tmp_path, monkeypatch):
    shared = tmp_path / f"pytest-of-{getpass.getuser()}"
    for number in range(9):  # pytest keeps three, and removes the others when a run ends
        (shared / f"pytest-{number}").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(tmp_path))
    checks = """
    def test_folder(student, tmp_path):
        assert (tmp_path / "../..").resolve().name.startswith("torchgrade-checks-")
        assert student.double(2) == 4
    """
    (report,) = bench(checks=checks).grade(RIGHT)
    assert outcomes(report) == {"test_folder": "passed"}
    assert len(list(shared.iterdir())) == 9
    assert list(tmp_path.glob("torchgrade-*")) == []


@pytest.mark.parametrize("value", ["1", "torch.ones(2, 2)", "[1, (2,)]", "'a' * 3", "..."])
def test_values_go_to_the_student_and_come_back(bench, value):
    checks = f"""
    import pytest, torch

    @pytest.mark.parametrize("x", [{value}])
    @pytest.mark.parametrize("times", [1, 2])
    def test_same(student, x, times):
        for _ in range(times):
            given = student.double(x)
            assert type(given) is type(x)
            assert torch.equal(given, x) if isinstance(x, torch.Tensor) else given == x
    """
    (report,) = bench(checks=checks).grade("import torch\ndef double(x): return x\n")
    assert set(outcomes(report).values()) == {"passed"}
    assert len(outcomes(report)) == 2


def test_objects_stay_with_the_student_and_can_be_used(bench):
    checks = """
    def test_object(student):
        made = student.double(3)
        assert made.size == 3
        assert made.items["a"] == 1
        assert made[1] == 10
        assert len(made) == 3
        assert made(made) is not None
        assert not made == 3
    """
    source = """
    class double:
        def __init__(self, size): self.size, self.items = size, {"a": 1}
        def __len__(self): return self.size
        def __getitem__(self, key): return key * 10
        def __call__(self, other): return other is self
        def __eq__(self, other): return True
        __hash__ = None
    """
    (report,) = bench(checks=checks).grade(source)
    assert report.is_full, report


@pytest.mark.parametrize(
    "body",
    [
        "undefined\n    student.double(1)",
        "reference.no_such_function(1)\n    student.double(1)",
        "1 / 0",
        "assert student.double(undefined) == 2",
        "assert student.double(1) == reference.no_such_function(1)",
        "assert student.double(1) == reference.double(None)",
        "assert student.double(1) == 2\n    import no_such_module",
        "import warnings\n    student.double(1)\n    raise DeprecationWarning",
        "student.double(object())",
    ],
)
def test_a_check_that_is_broken_itself_costs_nobody_a_point(bench, body):
    tried = bench(checks=f"def test_double(student, reference):\n    {body}\n")
    (report,) = tried.grade(RIGHT)
    assert outcomes(report) == {"test_double": "ungraded"}
    assert report.questions[0].outcome == "ungraded"
    assert not report.is_graded
    assert "not your fault" in report.questions[0].message


def test_a_broken_fixture_costs_nobody_a_point(bench):
    fixture = "import pytest\n\n@pytest.fixture\ndef bad():\n    {}\n\ndef test_double(student, bad): ...\n"
    for line in ("assert False", "1 / 0", "yield; 1 / 0"):
        (report,) = bench(checks=fixture.format(line)).grade(RIGHT)
        assert outcomes(report) == {"test_double": "ungraded"}


@pytest.mark.parametrize("given", ["3", "None", "[[2.0]]"])
def test_a_check_that_stumbles_over_a_wrong_value_has_found_it_wrong(bench, given):
    checks = """
    import torch

    def test_double(student):
        assert student.double(torch.ones(2)).sum().item() == 4
    """
    right, wrong = bench(checks=checks).grade(RIGHT, f"def double(x):\n    return {given}\n")
    assert (right.is_full, outcomes(wrong)) == (True, {"test_double": "failed"})


def test_what_could_not_be_graded_is_never_exported_as_a_zero(bench, tmp_path):
    tried = bench(checks="def test_double(student):\n    1 / 0\n")
    (report,) = tried.grade(RIGHT)
    score = Score(
        "ada", "e", report.score, None, report.points, (), report.is_graded, graded=datetime.now(UTC)
    )
    scored = export_items(tried.course(), [score], [], Zeros(["ada"]))
    assert scored.items[0].entries == ()
    assert scored.left_out == ("ada: e could not be graded",)


def test_a_function_that_crashes_costs_its_own_question_only(bench):
    checks = "".join(f"def test_double_{n}(student):\n    student.double(1)\n\n" for n in range(12))
    checks += "def test_double_up(student):\n    assert student.double_up(1) == 3\n"
    source = "def double(x):\n    import os; os._exit(0)\n\ndef double_up(x):\n    return 3\n"
    (report,) = bench(questions=("double", "double_up"), checks=checks).grade(source)
    assert [question.outcome for question in report.questions] == ["crashed", "passed"]


def test_a_course_may_be_named_by_a_relative_path(bench, monkeypatch, tmp_path):
    tried = bench(checks=WEIGHED)
    tried.course()
    monkeypatch.chdir(tmp_path)
    tried.root = tmp_path.relative_to(tmp_path)
    assert len(tried.collect().checks["e"]) == 3


def test_no_folder_above_the_course_is_listed(bench, monkeypatch, tmp_path):
    """There may be many files in it: a handout is unpacked among all temporary files."""
    listed: set[str] = set()
    scandir = os.scandir

    def noted(path="."):
        listed.add(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    bench(checks=WEIGHED).collect()
    assert str(tmp_path / "exercises") in listed
    assert not {str(folder) for folder in tmp_path.parents} & listed


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("PYTEST_ADDOPTS", "--no-such-option"),
        ("PYTEST_ADDOPTS", "-k nothing"),
        ("PYTEST_PLUGINS", "no_such_plugin"),
    ],
)
def test_the_instructors_own_options_for_pytest_change_nothing(bench, monkeypatch, name, options):
    monkeypatch.setenv(name, options)
    assert len(bench(checks=WEIGHED).collect().checks["e"]) == 3
    assert os.environ[name] == options


def test_a_value_without_the_references_attributes_is_wrong_and_not_ours_to_excuse(bench):
    reference = "class Layer:\n    weight = 3\n\n    def __call__(self, x):\n        return 2 * x\n\n\ndouble = Layer()\n"
    check = (
        "def test_double(student, reference):\n    assert student.double.weight == reference.double.weight\n"
    )
    wrong, right = bench(checks=check, reference=reference).grade("double = None\n", reference)
    assert outcomes(wrong) == {"test_double": "failed"}
    assert outcomes(right) == {"test_double": "passed"}


@pytest.mark.parametrize("text", ["\\ud800", "\\x1b[2J"])
def test_what_a_visible_check_quotes_can_be_printed_and_stored(bench, text):
    visible = "def test_double(student):\n    word = student.double(1)\n    assert word == 'two', f'You said {word}'\n"
    (report,) = bench(checks="", visible=visible).grade(f"def double(x):\n    return '{text}'\n")
    assert report.model_dump_json()
    assert report.questions[0].checks[0].message.replace("\n", "").isprintable()


def test_visible_checks_see_student_code_before_any_hidden_input(bench):
    hidden = "def test_double(student):\n    assert student.double(987654) == 1\n"
    visible = "def test_double_up(student):\n    assert student.double_up(1) == 3\n"
    remembers = """
seen = []

def double(x):
    seen.append(x)
    return x

def double_up(x):
    raise ValueError(repr(seen))
"""
    tried = bench(questions=("double", "double_up"), checks=hidden, visible=visible)
    (report,) = tried.grade(remembers)
    assert outcomes(report) == {"test_double": "failed", "test_double_up": "error"}
    assert "987654" not in report.model_dump_json()


@pytest.mark.parametrize("body", ["raise E", "raise E from ValueError()"])
def test_an_error_that_cannot_say_its_message_is_like_any_other(bench, body):
    error = "class E(AssertionError):\n    def __str__(self):\n        raise ValueError\n\n    __repr__ = __str__\n\n"
    check = f"{error}\ndef test_double{{}}(student):\n    if student.double(1) != 2:\n        {body}\n"
    (report,) = bench(checks=check.format(""), visible=check.format("_seen")).grade(WRONG)
    assert outcomes(report) == {"test_double": "failed", "test_double_seen": "failed"}
    assert [one.cause.text for one in report.questions[0].checks] == ["E"] * 2


def test_hypothesis_does_not_ask_student_code_how_to_run_a_check(bench):
    checks = """
    from hypothesis import given, settings, strategies as st

    @settings(max_examples=3, deadline=None, database=None, derandomize=True)
    @given(n=st.integers(1, 9))
    def test_double(student, n):
        assert student.double(n) == 2 * n
    """
    cheat = f"{WRONG}def execute_example(run):\n    return None\n"
    right, *wrong = bench(checks=checks).grade(RIGHT, WRONG, cheat)
    assert right.is_full
    assert [outcomes(one) for one in wrong] == [{"test_double": "failed"}] * 2


@pytest.mark.parametrize("left", ["sys.exit(0)", "pytest.exit('no')", "raise SystemExit", "quit()"])
def test_a_check_that_would_end_the_grader_costs_nobody_a_point(bench, left):
    checks = f"import sys\nimport pytest\n\ndef test_double(student):\n    student.double(1)\n    {left}\n"
    checks += "\ndef test_double_of_one(student):\n    assert student.double(1) == 2\n"
    for report in bench(checks=checks).grade(RIGHT, RIGHT):
        assert outcomes(report) == {"test_double": "ungraded", "test_double_of_one": "passed"}


def test_a_check_that_swallows_what_student_code_did_has_no_answer(bench):
    swallows = """
def test_double(student):
    try:
        student.double(1)
    except Exception:
        raise AssertionError("its own words")
"""
    (report,) = bench(checks=swallows).grade("def double(x):\n    import os; os._exit(0)\n")
    assert outcomes(report) == {"test_double": "crashed"}


CONV = "import torch\nfrom torch import nn\nconv = nn.Conv2d(1, 1, 2)\nnn.init.constant_(conv.weight, {})\n"
WEIGHTS = "def test_conv_weight{}(student, reference):\n    torch.testing.assert_close(student.conv.weight, reference.conv.weight)\n"


def test_parameters_are_compared_as_tensors(bench):
    checks = f"import torch\n{WEIGHTS.format('')}"
    made = bench(questions=["conv"], reference=CONV.format(1.0), checks=checks)
    right, wrong = made.grade(CONV.format(1.0), CONV.format(2.0))
    assert right.questions[0].outcome == "passed"
    assert wrong.questions[0].checks[0].message == "The shape is right, but not all values are."


SAME = """
import torch

def test_double{}(student, reference):
    image = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    torch.testing.assert_close(student.double(image), reference.double(image))
"""
LISTS = "def test_double{}(student, reference):\n    assert student.double([1]) == reference.double([1])\n"
NOTHING = "`double` returned nothing. Is `return` missing?"
SHORT = "The values are right, but their dtype is {}."


@pytest.mark.parametrize(
    ("body", "seen", "hidden"),
    [
        ("2 * x", NOTHING, NOTHING),
        ("print(2 * x)", NOTHING, NOTHING),
        (
            "return (2 * x).numpy()",
            "The result is a numpy array of shape 2x3, but it must be a tensor; torch.from_numpy makes one.",
            "The result is a numpy array, but it must be a tensor; torch.from_numpy makes one.",
        ),
        (
            "return (2 * x).double()",
            SHORT.format("float64, not float32"),
            SHORT.format("not float32"),
        ),
        (
            "return (2 * x).int()",
            SHORT.format("int32, not float32"),
            SHORT.format("not float32"),
        ),
        (
            "return x.double() + 1",
            "At [0, 1] the result is 3, not 4; 1 of 6 values are right.",
            "The shape is right, but not all values are.",
        ),
        (
            "return (2 * x).tolist()",
            "The result is a list of 2 lists, but it must be a tensor.",
            "The result is not a tensor, but it must be one.",
        ),
        (
            "return (2 * x).to_sparse()",
            "The result is a sparse tensor, but it must be a tensor.",
            "The result is not a tensor, but it must be one.",
        ),
    ],
)
def test_what_a_result_is_in_place_of_the_right_one(bench, body, seen, hidden):
    tried = bench(checks=SAME.format("_hidden"), visible=SAME.format(""))
    (report,) = tried.grade(f"def double(x):\n    {body}\n")
    assert [check.message for check in report.questions[0].checks] == [seen, hidden]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return x + x[:0]", "The result is a list that holds 1, not a list of 2."),
        ("return (*x, *x)", "The result is a tuple of 2, not a list of 2."),
        ("return [1, 3]", "The result is a list of 2, as it should be, but its content is not right."),
        ("return {1}", "The result is a set that holds 1, not a list of 2."),
        ("return None", NOTHING),
    ],
)
def test_what_a_list_is_in_place_of_the_right_one(bench, body, told):
    (report,) = bench(visible=LISTS.format("")).grade(f"def double(x):\n    {body}\n")
    assert report.questions[0].checks[0].message == told


def test_where_nothing_is_right_nothing_is_missing(bench):
    nothing = "def double(x):\n    return None\n"
    checks = LISTS.format("") + "    assert student.double([2]) == 3\n"
    (report,) = bench(visible=checks, reference=nothing).grade(nothing)
    assert report.questions[0].checks[0].message != NOTHING


def test_an_attribute_that_is_none_is_not_returned(bench):
    check = "import torch\n\ndef test_conv(student, reference):\n"
    check += "    torch.testing.assert_close(student.conv.bias, reference.conv.bias)\n"
    reference = "import torch\nconv = torch.nn.Conv2d(1, 1, 2)\n"
    made = bench(questions=["conv"], reference=reference, visible=check)
    (report,) = made.grade("import torch\nconv = torch.nn.Conv2d(1, 1, 2, bias=False)\n")
    assert report.questions[0].checks[0].message == "The result is None, but it must be a tensor."
