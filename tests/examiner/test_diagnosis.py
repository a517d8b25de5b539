"""Diagnosis of code: what agrees with a misconception everywhere, what does in some checks, and what in none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

assert sys.platform != "win32"  # it has no fork

import numpy as np
import pytest
import torch

from grader.course.loading import LoadedCourse
from grader.course.mistaken import mistaken, wrong_solutions
from grader.course.paper import prepare
from grader.examiner.check_result import Check, CheckResult
from grader.examiner.collection import with_suite
from grader.examiner.diagnosis import Diagnosis, agree, diagnose, same
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport
from grader.examiner.submission import submission_of
from grader.examiner.trouble import StudentError, Trouble
from grader.questions.posed import OutcomeName, Wrong
from grader.worker.forkserver import ForkServer

FLIPPED = Wrong(name="flipped", answer=None, message="You flipped it.", hint=2)
DOUBLED = Wrong(name="doubled", answer=None, message="You doubled it.")
WRONGS = (FLIPPED, DOUBLED)


def result(
    name: str, outcome: OutcomeName, *values: object, error: BaseException | None = None
) -> CheckResult:
    check = Check(name, "f", name, visible=False, weight=1.0, item=cast("pytest.Item", None))
    return CheckResult(check, outcome, error, values=values)


def of(**results: Sequence[CheckResult]) -> Callable[[str], Sequence[CheckResult]]:
    return results.__getitem__


def raised(kind: str) -> CheckResult:
    return result("a", "error", error=StudentError(Trouble("error", type=kind)))


# same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.00001])),
        (torch.tensor([float("nan")]), torch.tensor([float("nan")])),
        (float("nan"), float("nan")),
        (float("inf"), float("inf")),
        (1.0, 1.00001),
        ({"a": [1.0]}, {"a": [1.00001]}),
        ((torch.ones(2), None), (torch.ones(2), None)),
        ("a", "a"),
        (None, None),
    ],
)
def test_same_but_for_rounding(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.01])),
        (torch.tensor([1.0]), torch.tensor([[1.0]])),
        (torch.ones(3), torch.ones(1)),
        (torch.tensor([1.0]), torch.tensor([1.0], dtype=torch.float64)),
        (torch.tensor([float("nan")]), torch.tensor([0.0])),
        (torch.tensor(1.0), 1.0),
        (1.0, 1.01),
        (1, 1.0),
        (1, True),
        ([1], (1,)),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
        (float("nan"), 0.0),
        (None, 0),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


# agree


def test_numpy_arrays_and_odd_dicts_are_compared() -> None:
    array = np.array([1.0, np.nan])
    assert same(array, array + 1e-9)
    assert not same(array, array.astype(np.float32))
    assert not same(array, array[:1])
    assert not same({torch.ones(2): 1, torch.zeros(2): 2}, {1: 1, 2: 2})


def test_two_that_returned_the_same_agree() -> None:
    assert agree(result("a", "failed", torch.ones(2), 3), result("a", "failed", torch.ones(2), 3))
    assert agree(result("a", "passed"), result("a", "passed"))


@pytest.mark.parametrize(
    "other",
    [
        result("a", "passed", 1),
        result("a", "failed", 2),
        result("a", "failed"),
        result("a", "failed", 1, 1),
    ],
)
def test_two_that_differ_in_anything_do_not_agree(other: CheckResult) -> None:
    assert not agree(result("a", "failed", 1), other)
    assert not agree(other, result("a", "failed", 1))


def test_exceptions_agree_by_their_type() -> None:
    assert agree(raised("ValueError"), raised("ValueError"))
    assert not agree(raised("ValueError"), raised("TypeError"))


# diagnose

MINE = (result("a", "failed", 1), result("b", "passed", 5))


def test_the_one_that_agrees_in_every_check_is_named() -> None:
    found = diagnose(MINE, WRONGS, of(flipped=MINE, doubled=(MINE[0], result("b", "failed", 6))))
    assert found.wrong == FLIPPED
    assert not found.partly


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    "value",
    [
        torch.full((3,), NAN),
        torch.full((3,), INF, dtype=torch.bfloat16),
        np.array([NAN, INF]),
        NAN,
        [INF, (NAN,)],
    ],
)
def test_nothing_but_nan_agrees_with_nothing(value: Any) -> None:
    mine = (result("a", "failed", value), result("b", "failed", value))
    assert diagnose(mine, WRONGS, of(flipped=mine, doubled=MINE)) == Diagnosis()
    told = (*mine, result("c", "passed", 5))
    assert (
        diagnose(told, WRONGS, of(flipped=told, doubled=(*mine, result("c", "failed", 6)))).wrong == FLIPPED
    )


@pytest.mark.parametrize(
    "value",
    [torch.tensor([NAN, 1.0]), torch.tensor([]), np.array([NAN, 1.0]), np.array([3]), True, "nan", 10**400],
)
def test_values_that_are_not_all_nan_agree(value: Any) -> None:
    mine = (result("a", "failed", value), result("b", "failed", NAN))
    assert diagnose(mine, WRONGS, of(flipped=mine, doubled=MINE)).wrong == FLIPPED


def test_of_two_that_agree_in_every_check_none_is_named() -> None:
    found = diagnose(MINE, WRONGS, of(flipped=MINE, doubled=MINE))
    assert found.wrong is None
    assert not found.partly


def test_one_that_agrees_in_most_of_the_failed_checks_is_named_there() -> None:
    mine = (*MINE, result("c", "failed", 9), result("d", "failed", 1))
    flipped = (MINE[0], result("b", "failed", 0), result("c", "failed", 9), result("d", "failed", 2))
    doubled = (result("a", "failed", 2), MINE[1], result("c", "failed", 0), result("d", "failed", 1))
    found = diagnose(mine, WRONGS, of(flipped=flipped, doubled=doubled))
    assert found.wrong is None
    assert found.partly == {"a": FLIPPED, "c": FLIPPED}


def test_agreeing_in_one_failed_check_may_be_chance() -> None:
    mine = (*MINE, result("c", "failed", 9))
    its = (MINE[0], result("b", "failed", 0), result("c", "failed", 0))
    assert not diagnose(mine, WRONGS, of(flipped=its, doubled=its[::-1])).partly
    assert not diagnose(MINE, WRONGS, of(flipped=(MINE[0], its[1]), doubled=its[1:])).partly


def test_agreeing_in_half_of_the_failed_checks_is_not_most_of_them() -> None:
    mine = tuple(result(name, "failed", 1) for name in "abcd")
    its = tuple(result(name, "failed", value) for name, value in zip("abcd", (1, 1, 2, 2), strict=True))
    other = tuple(result(name, "failed", value) for name, value in zip("abcd", (3, 3, 1, 3), strict=True))
    assert diagnose(mine[:3], WRONGS, of(flipped=its[:3], doubled=other[:3])).partly.keys() == {"a", "b"}
    # Four checks fail over a value that some misconception also gives; flipped agrees in two of them.
    assert not diagnose(mine, WRONGS, of(flipped=its, doubled=other)).partly


def test_two_that_agree_in_a_check_are_not_named_there() -> None:
    its = (MINE[0], result("b", "failed", 0))
    assert not diagnose(MINE, WRONGS, of(flipped=its, doubled=its)).partly


def test_agreeing_in_passed_checks_says_nothing() -> None:
    its = (result("a", "failed", 7), MINE[1])
    found = diagnose(MINE, WRONGS, of(flipped=its, doubled=its))
    assert found.wrong is None
    assert not found.partly


def said(name: str, words: str) -> CheckResult:
    return result(name, "error", error=StudentError(Trouble("raised", "ValueError", words)))


def test_a_type_of_exception_that_is_raised_everywhere_names_nothing() -> None:
    mine = (raised("ValueError"), raised("ValueError"))  # half of all wrong code raises it
    found = diagnose(mine, WRONGS, of(flipped=mine, doubled=MINE))
    assert found.wrong is None
    assert not found.partly


def test_the_same_words_raised_are_named() -> None:
    mine = (said("a", "3 is not 4"), said("b", "5 is not 4"))
    other = (said("a", "too small"), said("b", "too small"))
    assert diagnose(mine, WRONGS, of(flipped=mine, doubled=other)).wrong is FLIPPED
    assert diagnose(mine, WRONGS, of(flipped=other, doubled=other)).wrong is None


def test_a_type_of_exception_in_some_checks_and_not_in_others_is_named() -> None:
    mine = (said("a", "x"), said("b", "x"), result("c", "passed", 1))
    its = (said("a", "y"), said("b", "y"), result("c", "passed", 1))
    assert diagnose(mine, WRONGS, of(flipped=its, doubled=MINE + MINE[:1])).wrong is FLIPPED
    assert diagnose(mine[1:], WRONGS, of(flipped=its[1:], doubled=MINE)).wrong is None  # one is too few


def test_two_misconceptions_that_agree_everywhere_are_both_read() -> None:
    found = diagnose(MINE, WRONGS, of(flipped=MINE, doubled=MINE))
    assert list(found.wrongs) == [FLIPPED, DOUBLED]


def test_any_form_of_a_misconception_may_agree() -> None:
    forms = {"flipped": ["flipped", "flipped__short"], "doubled": ["doubled"]}
    results = {"flipped": (MINE[1], MINE[0]), "flipped__short": MINE, "doubled": (MINE[1], MINE[0])}
    assert diagnose(MINE, WRONGS, results.__getitem__, forms.__getitem__).wrong is FLIPPED


@pytest.mark.parametrize(
    "results",
    [
        (result("a", "passed", 1), result("b", "passed", 5)),
        (result("a", "timeout"), result("b", "timeout")),
        (result("a", "failed"), result("b", "failed")),  # nothing came back
        (),
    ],
)
def test_without_a_wrong_value_nothing_is_looked_up(results: Sequence[CheckResult]) -> None:
    def never(name: str) -> Sequence[CheckResult]:
        raise AssertionError(name)

    found = diagnose(results, WRONGS, never)
    assert found.wrong is None
    assert not found.partly


# Through the front door

LOOPS = """
import torch


def pair(value):
    return (value, value) if isinstance(value, int) else value


def convolve(image, kernel, stride=1, padding=0):
    (down, right), (top, left) = pair(stride), pair(padding)
    N, C, H, W = image.shape
    O, _, KH, KW = kernel.shape
    rows, columns = (H + 2 * top - KH) // down + 1, (W + 2 * left - KW) // right + 1
    output = torch.zeros(N, O, rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            for y in range(KH):
                for x in range(KW):
                    row, column = i * down + y - top, j * right + x - left
                    if 0 <= row < H and 0 <= column < W:
                        output[:, :, i, j] += image[:, :, row, column] @ kernel[:, :, {y}, {x}].T
    return output
"""
RIGHT = LOOPS.format(y="y", x="x")
FLIPS = LOOPS.format(y="KH - 1 - y", x="KW - 1 - x")
ONE_NUMBER_ONLY = RIGHT.replace(
    "    (down, right), (top",
    "    stride = stride if isinstance(stride, int) else 1\n    (down, right), (top",
)
RANDOM = """
import torch


def convolve(image, kernel, stride=1, padding=0):
    generator = torch.Generator().manual_seed(7)
    right = {right}(image, kernel, stride, padding)
    return torch.randn(right.shape, generator=generator, dtype=right.dtype)
"""
RANDOM = RIGHT.replace("def convolve", "def shape_of") + RANDOM.format(right="shape_of")
NO_MODEL = RIGHT.replace("@ kernel", "@ kernel.abs()").replace("return output", "return output + 3")


@pytest.fixture(scope="module")
def reports(shipped: LoadedCourse, server: ForkServer) -> Iterator[Mapping[str, QuestionReport]]:
    """`convolve` of exercise-8 by what was handed in; every check but the visible ones is hidden."""
    sitting = prepare(shipped.exercise("exercise-8"), None)
    sources = {
        "right": RIGHT,
        "flips": FLIPS,
        "one-number-only": ONE_NUMBER_ONLY,
        "random": RANDOM,
        "no-model": NO_MODEL,
    }

    def one(suite: Any, source: str) -> QuestionReport:
        file = submission_of("exercise-8.py", source.encode())
        (question,) = grade(sitting, file, server, suite, {"convolve"}).report.questions
        return question

    def every(suite: Any) -> dict[str, QuestionReport]:
        return {name: one(suite, source) for name, source in sources.items()}

    yield with_suite(shipped, ["exercise-8"], every)


def message_of(shipped: LoadedCourse, misconception: str) -> str:
    (convolve,) = (one for one in shipped.exercise("exercise-8").record.questions if one.id == "convolve")
    return convolve.misconceptions[misconception].message


def test_right_loops_are_right(reports: Mapping[str, QuestionReport]) -> None:
    assert reports["right"].outcome == "passed"
    assert reports["right"].misconception is None
    assert reports["right"].message == ""


def test_loops_that_flip_are_known_for_it(
    reports: Mapping[str, QuestionReport], shipped: LoadedCourse
) -> None:
    assert reports["flips"].outcome == "failed"
    assert reports["flips"].misconception == "flipped-kernel"
    assert reports["flips"].message == message_of(shipped, "flipped-kernel")


def test_a_stride_that_is_ignored_in_some_checks_is_named_in_those(
    reports: Mapping[str, QuestionReport], shipped: LoadedCourse
) -> None:
    report, told = reports["one-number-only"], message_of(shipped, "ignored-stride")
    wrong = [check for check in report.checks if check.outcome == "failed"]
    assert [check.id for check in wrong] == [
        "test_convolve_stride_by_dimension",
        "test_convolve_everything_together",
    ]
    count = len(report.checks)
    assert report.misconception is None
    assert report.message.startswith(f"{count - 2} of {count} checks passed. ")
    assert report.message.endswith(told)
    # With (1, 3) it could as well be that the first number was used for both: nothing is said there.
    assert [told in check.message for check in wrong] == [False, True]


@pytest.mark.parametrize("name", ["random", "no-model"])
def test_wrong_code_of_no_kind_is_not_diagnosed(
    reports: Mapping[str, QuestionReport], shipped: LoadedCourse, name: str
) -> None:
    report = reports[name]
    assert report.outcome == "failed"
    assert report.misconception is None
    assert report.message == ""
    (convolve,) = (one for one in shipped.exercise("exercise-8").record.questions if one.id == "convolve")
    messages = [misconception.message for misconception in convolve.misconceptions.values()]
    assert not [check for check in report.checks if any(told in check.message for told in messages)]


@pytest.mark.parametrize("name", ["flips", "one-number-only", "random", "no-model"])
def test_a_hidden_check_tells_no_number_of_its_own(
    reports: Mapping[str, QuestionReport], shipped: LoadedCourse, name: str
) -> None:
    """Of all hidden checks at once: a digit in a message is one of the misconceptions', or the student's."""
    hidden = [check for check in reports[name].checks if not check.visible and check.outcome == "failed"]
    assert hidden
    for check in hidden:
        assert not [sign for sign in check.message if sign.isdigit()], check.message


WAYS = {
    "import reference": "reference.double(x)",
    "import reference as r": "r.double(x)",
    "import reference, math": "math.floor(reference.double(x))",
    "from reference import double": "double(x)",
    "from reference import double as d": "d(x)",
}


@pytest.mark.parametrize(("way", "used"), WAYS.items())
def test_misconceptions_reach_the_reference_however_they_import_it(
    tmp_path: Path, way: str, used: str
) -> None:
    """And what they define themselves, here a helper of the same name, does not change it."""
    (tmp_path / "reference.py").write_text(
        "def by(x):\n    return 2 * x\n\n\ndef double(x):\n    return by(x)\n"
    )
    wrong = (
        f"from __future__ import annotations\n{way}\n\n\ndef by(x):\n    return 7\n\n\ndef double_more(x):\n"
    )
    (tmp_path / "misconceptions.py").write_text(f"{wrong}    return {used} + 1\n")
    names: dict[str, Any] = {}
    exec(f"{wrong_solutions(tmp_path, {})}\n{mistaken('double', 'more')}", names)
    assert names["double"](5) == 11
