"""Asserts on what student code was given are found, and no others."""

from __future__ import annotations

import pytest

from grader.proof.effects import faults_of_effects

FOUND = """
def test_a(student):
    x = torch.ones(3, requires_grad=True)
    student.f(x)
    assert x.grad is None  # found


def test_b(student):
    x = [1, 2]
    y = student.f(x)
    assert y == [1, 2]
    assert x[0] == 1  # found


def test_c(student, reference):
    x = torch.ones(3)
    before = x.clone()
    assert_close(student.f(x), reference.f(before))
    assert_close(x, before)  # found


def test_d(student):
    d = {"a": 1}
    with pytest.raises(ValueError):
        student.f(d)
    assert len(d) == 1  # found


class TestModule:
    def test_e(self, student):
        net = student.Net(3)
        x = torch.ones(3)
        net.step(x)
        after = x.clone()
        assert torch.equal(after, torch.ones(3))  # found


def test_f(student):
    f = student.f
    for x in (torch.ones(1), torch.ones(2)):
        f(image=x[0])
        torch.testing.assert_close(x, torch.ones_like(x))  # found


def test_g(student):
    x = torch.ones(3)
    try:
        student.f([x])
    finally:
        assert x.sum() == 3  # found


@pytest.fixture
def made(student):
    return student.Net()


def test_h(made):
    x = torch.ones(3)
    made(x)
    assert x.sum() == 3  # found
"""
SPARED = {
    "compared with what came back": "    y = student.f(x)\n    assert_close(y, x)\n    assert y.shape == x.shape",
    "in one expression": "    assert_close(student.f(x), reference.f(x))",
    "a copy was given": "    student.f(x.clone())\n    assert x[0] == 1",
    "before it was given": "    assert x[0] == 1\n    student.f(x)",
    "made anew": "    student.f(x)\n    x = torch.zeros(3)\n    assert x[0] == 0",
    "changed by the check": "    student.f(x)\n    x[0] = 2\n    assert x[0] == 2",
    "the reference's": "    student.f(x)\n    assert reference.f(x) > 1",
    "collected": "    ys = []\n    for x in xs:\n        ys.append(student.f(x))\n    assert len(ys) == len(xs)",
    "within a condition": "    if student.f(x) is None:\n        assert x[0] == 1",
    "an object of the student's": "    net = student.Net()\n    student.f(net)\n    assert net.weight[0] == 1",
    "a method of what came back": "    y = student.f(3)\n    assert y.allclose(x)\n    assert x.sum() == 3",
    "of another check": "    student.f(x)\n\n\ndef test_g(student):\n    x = 1\n    assert x == 1",
}


def test_asserts_on_arguments_are_found(tmp_path):
    (tmp_path / "visible_checks.py").write_text(FOUND)
    wanted = [number for number, line in enumerate(FOUND.splitlines(), 1) if "# found" in line]
    faults = list(faults_of_effects(tmp_path))
    assert sorted(fault.line or 0 for fault in faults) == wanted
    assert all(fault.file.name == "visible_checks.py" for fault in faults)


@pytest.mark.parametrize("body", SPARED.values(), ids=SPARED)
def test_other_asserts_are_spared(tmp_path, body):
    start = "def test_f(student, reference):\n    x = xs = torch.ones(3)\n"
    (tmp_path / "checks.py").write_text(f"{start}{body}\n")
    assert list(faults_of_effects(tmp_path)) == []
