"""The second shipped course: it loads, it is copied, handed out and graded, and what it says about torch is true."""

from __future__ import annotations

import math
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.demo.made_up import class_of
from grader.service.shipped import COURSES, shipped_course
from tests.conftest import ROOT, Run

FOLDER = ROOT / "grader" / "courses" / "training"
STUDENTS = (None, "ada", "emmy")


@pytest.fixture(scope="module")
def training() -> LoadedCourse:
    return load_course(shipped_course("training"))


def test_it_uses_every_kind_and_explains_every_answer(training):
    questions = [question for exercise in training.exercises() for question in exercise.record.questions]
    assert len(training.record.exercises) == 10
    assert {question.kind for question in questions} == {
        "choice", "code", "expression", "manual", "number", "output-size", "settings", "tensor", "text"
    }  # fmt: skip
    assert not [question.id for question in questions if not question.explanation or len(question.hints) < 2]


def test_a_new_course_is_a_copy(course: Run, tmp_path: Path):
    assert course(tmp_path, "new", "mine", "--from", "training").code == 0
    for file in FOLDER.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert (tmp_path / "mine" / file.relative_to(FOLDER)).read_bytes() == file.read_bytes()
    assert (tmp_path / "mine" / "exercises" / "course.schema.json").is_file()


def test_a_handout_has_the_table_and_not_the_test_set(course: Run, tmp_path: Path):
    assert course(tmp_path, "new", "mine", "--from", "training").code == 0
    (tmp_path / "mine" / "course.yaml").write_text(
        "format: 1\ntitle: One\nseed: s\nexercises: [houses]\n", encoding="utf-8"
    )
    handout = tmp_path / "handout"
    assert course(tmp_path / "mine", "generate", handout, "--edition", "assessed").code == 0
    assert (handout / "houses.csv").is_file()
    hidden = (FOLDER / "exercises" / "houses" / "houses_test.csv").read_text("utf-8").split()[1]
    assert not [
        file for file in handout.rglob("*") if file.is_file() and hidden.encode() in file.read_bytes()
    ]


def test_another_course_does_not_exist(course: Run, tmp_path: Path):
    for arguments in (("new", "mine", "--from", "nothing"), ("demo", "--course", "nothing")):
        ran = course(tmp_path, *arguments)
        assert ran.code == 2
        assert "'nothing' is not one of" in ran.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", COURSES)
def test_a_made_up_class_has_misconceptions_of_its_course(name):
    made_for = load_course(shipped_course(name))
    people = class_of(made_for)
    sittings = [prepare(exercise, None) for exercise in made_for.exercises()]
    known = {wrong.name for one in sittings for key in (one.keys or {}).values() for wrong in key.wrong}
    slips = [person.slip for person in people if person.slip]
    assert len(slips) == len(set(slips)) == 7
    assert {*slips} <= known
    assert len({person.student for person in people}) == 16


def test_a_small_course_has_a_small_class(own: Path):
    people = class_of(load_course(own))
    assert {"ada", "max", "nora"} <= {person.student for person in people}
    assert len({person.student for person in people}) == len(people)


@pytest.mark.slow
def test_the_demo_grades_the_course_on_training(course: Run, tmp_path: Path):
    ran = course(tmp_path, "demo", "--course", "training")
    assert ran.code == 0, ran.err
    root = Path(re.findall(r"Everything is in (.*):", ran.out)[0])
    lines = {line.split()[0]: line for line in ran.out.splitlines() if line.strip()}
    for student, words in {"kim": "too slow", "lea": "error", "max": "not answered"}.items():
        assert words in lines[student]
    scores = {
        name: [float(n) for n in re.findall(r"[\d.]+(?=/)|(?<=/)[\d.]+", line)[:2]]
        for name, line in lines.items()
    }
    assert scores["ada"][0] == scores["ben"][0] == scores["pia"][0] > 0
    assert all(0 < scores[name][0] < scores["ada"][0] for name in ("dora", "fay", "hana", "june", "kim"))
    assert scores["max"][0] == 0
    assert list((root / "exports" / "csv").iterdir())
    shutil.rmtree(root)


# What the course says about torch


def right(
    training: LoadedCourse, exercise: str, question: str, student: str | None
) -> tuple[Any, dict[str, Any]]:
    """Return the right answer to a question, and the student's parameters."""
    sitting = prepare(training.exercise(exercise), student)
    space: dict[str, Any] = {}
    assert sitting.keys is not None
    exec(sitting.keys[question].solution, space)
    return space[question], dict(sitting.params)


def slope(p: dict[str, Any]) -> float:
    w = torch.tensor(float(p["w"]), requires_grad=True)
    ((p["x"] * w - p["y"]) ** 2).backward()
    assert w.grad is not None
    return w.grad.item()


def repeated(p: dict[str, Any]) -> float:
    w = torch.tensor(float(p["w"]), requires_grad=True)
    for _ in range(p["n"]):
        (p["x"] * w**2).backward()
    assert w.grad is not None
    return w.grad.item()


def stepped(p: dict[str, Any], momentum: float, gradients: list[float]) -> float:
    w = torch.tensor(float(p["w"]), requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=p["lr"], momentum=momentum)
    for gradient in gradients:
        w.grad = torch.tensor(float(gradient))
        optimizer.step()
    return w.item()


def loader(p: dict[str, Any], **settings: Any) -> list[Tensor]:
    examples = torch.utils.data.TensorDataset(torch.arange(p["N"]))
    return [batch for (batch,) in torch.utils.data.DataLoader(examples, batch_size=p["B"], **settings)]


def twice(p: dict[str, Any]) -> float:
    sure = torch.eye(p["classes"])[0] * 1000
    return F.cross_entropy(sure.softmax(-1), torch.tensor(0)).item()


COMPUTED: dict[tuple[str, str], Callable[[dict[str, Any]], float]] = {
    ("tensors", "bytes_needed"): lambda p: torch.zeros(p["A"], p["B"], p["C"]).nbytes,
    ("losses", "mse"): lambda p: nn.MSELoss()(torch.tensor(p["pred"]) * 1.0, torch.tensor(p["truth"])).item(),
    ("losses", "at_the_start"): lambda p: nn.CrossEntropyLoss()(
        torch.zeros(p["classes"]), torch.tensor(0)
    ).item(),
    ("autograd", "slope"): slope,
    ("autograd", "repeated"): repeated,
    ("optimisers", "plain"): lambda p: stepped(p, 0, [p["g"]]),
    ("optimisers", "second_step"): lambda p: stepped(p, p["mom"], [p["g"], p["h"]]),
    ("loader", "last"): lambda p: len(loader(p)[-1]),
    ("loader", "dropped"): lambda p: len(loader(p, drop_last=True)),
    ("debugging", "smallest"): twice,
}


@pytest.mark.parametrize(("exercise", "question"), COMPUTED)
@pytest.mark.parametrize("student", STUDENTS)
def test_torch_computes_the_right_answer(training, exercise, question, student):
    answer, params = right(training, exercise, question, student)
    assert answer == pytest.approx(COMPUTED[exercise, question](params), rel=1e-5)


def test_what_tensors_says_of_shapes(training):
    for student in STUDENTS:
        _, p = right(training, "tensors", "bytes_needed", student)
        a, b, c = p["A"], p["B"], p["C"]
        assert (torch.zeros(a, 1, c) + torch.zeros(b, 1)).shape == (a, b, c)
        answer, p = right(training, "tensors", "table", student)
        assert (torch.tensor(p["left"])[:, None] - torch.tensor(p["right"])).tolist() == answer


def test_what_losses_says_of_float32():
    assert torch.tensor(89.0).exp() == math.inf
    assert torch.tensor(-104.0).exp() == 0
    assert 1 + torch.tensor(1e-9) == 1
    x = torch.tensor([100.0, 0.0])
    quotient = x.exp() / x.exp().sum()
    assert quotient[0].isnan()
    assert quotient[1] == 0


def test_what_attention_says_of_scores():
    q, k = torch.randn(2, 20000, 64, generator=torch.Generator().manual_seed(0))
    assert (q * k).sum(-1).std().item() == pytest.approx(8, rel=0.03)


def test_what_houses_says_of_its_table(monkeypatch):
    """The noise, the sizes, what happens to features as they are, and the warning of two shapes that differ."""
    folder = FOLDER / "exercises" / "houses"
    monkeypatch.chdir(folder)
    read = runpy.run_path(str(folder / "helpers.py"))["read_table"]
    x, y = read("houses.csv")
    others, prices = read("houses_test.csv")
    assert len(x) == 160
    assert len(others) == 40
    assert x[:, 0].mean().item() == pytest.approx(110, abs=10)
    known = torch.cat([x, torch.ones(160, 1)], 1)
    fitted = torch.linalg.lstsq(known, y[:, None]).solution
    error = F.mse_loss((torch.cat([others, torch.ones(40, 1)], 1) @ fitted)[:, 0], prices).item()
    assert round(error) == 42
    assert round(F.mse_loss((known @ fitted)[:, 0], y).item()) == 57
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(30):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x)[:, 0], y)
        torch.autograd.backward(loss)
        optimizer.step()
    assert loss.isnan()
    with pytest.warns(UserWarning, match="broadcasting"):
        F.mse_loss(model(x), y)
