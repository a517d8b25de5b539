"""Code that had the name of a misconception without being one, and keeps its right name if it is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.course.sources import read_source
from grader.service.shipped import shipped_course
from grader.worker.isolation.way import Workers
from tests.bench.deserved_names import Named, deserve
from tests.bench.handed_in import HandedIn, told
from tests.bench.wrong_code import look_at_code

pytestmark = pytest.mark.slow
KINDS = Path(__file__).parents[1] / "bench" / "kinds"
FIFTY = [f"student-{number}" for number in range(50)]
CONVOLUTIONS = {  # by question: what was made, and the name that it gets
    ("zero_conv", "nn.Conv2d(1, 1, kernel_size=3)"): "random-weights",
    ("zero_conv", "nn.Conv2d(1, 1, kernel_size=4)"): None,
    ("zero_conv", "nn.Conv2d(2, 1, kernel_size=3)"): None,
    ("zero_conv", "nn.Conv2d(1, 2, kernel_size=3)"): None,
    ("zero_conv", "nn.Conv2d(1, 1, kernel_size=2); nn.init.zeros_(zero_conv.bias)"): None,
    ("zero_conv", "nn.Conv2d(1, 1, kernel_size=3); nn.init.zeros_(zero_conv.bias)"): "kept-weight",
    ("blur", "nn.Conv2d(1, 1, kernel_size=3, padding=1)"): "random-weights",
    ("blur", "nn.Conv2d(1, 1, kernel_size=2, padding=1)"): None,
    ("blur", "nn.Conv2d(2, 1, kernel_size=3, padding=1)"): None,
    ("edges", "nn.Conv2d(1, 1, kernel_size=(1, 3), padding=(0, 1))"): "random-weights",
    ("edges", "nn.Conv2d(1, 1, kernel_size=3, padding=1)"): "random-weights",
    ("edges", "nn.Conv2d(1, 1, kernel_size=(3, 1), padding=(0, 1))"): None,
    ("edges", "nn.Conv2d(1, 1, kernel_size=(1, 4), padding=(0, 1))"): None,
}
TRAINED = {  # what was changed in the reference, and the name that it gets
    ("x.mean(0), x.std(0)", "x, x.std(0)"): None,
    ("lr=0.1", "lr=1.1"): None,
    ("self.mean, self.std = x.mean(0), x.std(0)", "self.mean, self.std = 0, 1"): "not-standardised",
    (".squeeze(-1)", ""): "broadcast",
    ("        loss.backward()\n", ""): "no-step",
    ("        optimizer.zero_grad()\n", ""): "gradients-pile-up",
}


def names(course: LoadedCourse, server: Workers, handed_in: Sequence[HandedIn]) -> list[str | None]:
    return [one.report.misconception for one in told(course, server, handed_in)]


def test_a_module_of_another_form_is_not_one_with_random_weights(
    shipped: LoadedCourse, server: Workers
) -> None:
    given = [
        HandedIn("exercise-7", question, str(number), f"from torch import nn\n{question} = {made}")
        for number, (question, made) in enumerate(CONVOLUTIONS)
    ]
    assert names(shipped, server, given) == [*CONVOLUTIONS.values()]


def test_training_that_diverges_or_stays_flat_has_several_causes(server: Workers) -> None:
    course = load_course(shipped_course("training"))
    reference = read_source(course.exercise("houses").folder / "reference.py")
    given = [
        HandedIn("houses", "fit", new, reference.replace(old, new))
        for old, new in TRAINED
        if old in reference
    ]
    assert names(course, server, given) == [*TRAINED.values()]


def test_a_name_is_deserved_where_code_acts_alike_on_other_inputs(shipped: LoadedCourse) -> None:
    exercise = shipped.exercise("exercise-7")
    made = "from torch import nn\nzero_conv = nn.Conv2d(1, 1, kernel_size={})\n"
    named = [Named("zero_conv", made.format(size), "random-weights") for size in (3, 4)]
    assert deserve(shipped, exercise, prepare(exercise, None), named) == [True, False]
    course = load_course(KINDS)
    exercise = course.exercise("fixing")
    code = "def step(weight, x, y, lr):\n    return weight + 2 * lr * x.T @ (x @ weight - y) / {}\n"
    named = [
        Named("step", code.format(count), "wrong-direction")
        for count in ("len(x)", "len(y)", "4", "x.size(1)")
    ]
    assert deserve(course, exercise, prepare(exercise, "ada"), named) == [True, True, False, False]


def test_code_to_fix_over_fifty_variants() -> None:
    course = load_course(KINDS)
    found = look_at_code(course, course.exercise("fixing"), FIFTY, ["step", "accuracy"])
    assert found.seen["trials"] == 50 * 11
    assert found.missed == []
    assert found.seen["random"] > 2000
    assert found.seen["false names"] < 0.02 * found.seen["random"], found.false
    # Where they cannot compare, all of them raise the same, and none finds a label that is right.
    assert all(shown.endswith("is called over-examples") for shown in found.false), found.false
