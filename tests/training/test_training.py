"""A course whose reference trains: proved, handed out, and graded, with what its students really write."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
STUDENT = """\
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

class Net(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.linear = nn.Linear(inputs, 1)
        with torch.no_grad():
            self.linear.weight.zero_()
            self.linear.bias.zero_()

    def forward(self, x):
        return self.linear(x)
# %%
batches = 6
# %%
def fit(features, targets):
    net, criterion = Net(features.shape[1]), nn.MSELoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)
    for epoch in range(8):
        for x, y in DataLoader(TensorDataset(features, targets), batch_size=8):
            loss = criterion(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
    return torch.cat([p.detach().reshape(-1) for p in net.parameters()])
# %%
losses = fit(torch.randn(16, 2), torch.randn(16, 1))
"""
WRONG = STUDENT.replace("            optimizer.zero_grad()\n", "").replace("batches = 6", "batches = 5")


def notebook(source: str) -> str:
    """Return a notebook with a cell for each part of a source."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": part.strip()}
        for part in source.split("# %%")
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the course, in a folder of its own."""
    return Path(shutil.copytree(HERE / "course", tmp_path / "course"))


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files, empty at first."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_course_that_trains_is_proved(root: Path, course: Run) -> None:
    proved = course(root, "check")
    assert (proved.code, proved.err) == (0, ""), proved.out
    assert "4 of 4 misconceptions" in proved.out


def test_a_class_that_trains_is_graded(root: Path, course: Run, outside: Path) -> None:
    right, wrong = {"batches": 1, "fit": 4}, {"batches": 0, "fit": 0}
    files = {"ada/fit.py": STUDENT, "bea/fit.ipynb": notebook(STUDENT)}
    files |= {"cyd/fit.py": WRONG, "dan/fit.ipynb": notebook(WRONG)}
    for name, text in files.items():
        (root / "S" / name).parent.mkdir(parents=True)
        (root / "S" / name).write_text(text, encoding="utf-8")
    graded = course(root, "grade", "S", "--json", "--jobs", 1)
    assert graded.code == 0, graded
    reports = {report["student"]: report for report in map(json.loads, graded.out.splitlines())}
    scores = {who: {q["id"]: q["score"] for q in report["questions"]} for who, report in reports.items()}
    assert scores == {"ada": right, "bea": right, "cyd": wrong, "dan": wrong}
    assert {
        question["misconception"] for who in ("cyd", "dan") for question in reports[who]["questions"]
    } == {
        "dropped-the-last",
        "kept-gradients",
    }
    assert not any(report["notes"] for report in reports.values())
    assert not list(outside.glob("torchgrade-*"))


def test_a_student_who_trains_grades_a_file(root: Path, course: Run, grade: Run) -> None:
    assert course(root, "generate", "H").code == 0
    (root / "H" / "fit.py").write_text(STUDENT, encoding="utf-8")
    ran = grade(root / "H", "fit", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["score"], report["notes"]) == (0, 5, [])
    (root / "H" / "wrong.ipynb").write_text(notebook(WRONG), encoding="utf-8")
    ran = grade(root / "H", "fit", "--file", "wrong.ipynb")
    assert ran.code == 1
    assert "The gradients of one batch are still there in the next." in ran.out


def test_what_cannot_work_is_one_sentence_with_the_answer_beside_it(
    root: Path, course: Run, grade: Run
) -> None:
    assert course(root, "generate", "H").code == 0
    attempts = STUDENT.replace("batch_size=8)", "batch_size=8, num_workers=2)")
    attempts += "torch.save({'losses': losses}, 'model.pth')\nfast = torch.compile(Net(2))\n"
    (root / "H" / "fit.py").write_text(attempts, encoding="utf-8")
    ran = grade(root / "H", "fit", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["score"]) == (1, 1)
    line = (
        attempts.splitlines().index(
            "        for x, y in DataLoader(TensorDataset(features, targets), batch_size=8, num_workers=2):"
        )
        + 1
    )
    told = f"Line {line} starts other processes (num_workers=2), which a graded file must not do; write num_workers=0."
    assert told in {*report["notes"], *(question["message"] for question in report["questions"])}
    assert any("torch.compile does nothing here" in note for note in report["notes"])
    assert report["questions"][1]["outcome"] == "error"
