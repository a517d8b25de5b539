"""Objects of a hostile student: whatever a check does with them, nothing of theirs runs in the examiner."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.examiner.remote import MAX_ITEMS
from tests.examiner.conftest import Bench

REFERENCE = """
    import torch
    def f(x):
        return torch.utils.data.TensorDataset(torch.arange(3.0))
"""
BODIES = {
    "iterates": "assert [x.item() for (x,) in student.f(1)] == [0, 1, 2]",
    "lists": "assert len(list(student.f(1))) == 3",
    "counts": "assert len(student.f(1)) == 3",
    "compares": "assert not student.f(1) == student.f(2)",
    "compares order": "assert student.f(1) < student.f(2)",
    "compares with a value": "assert student.f(1) == 4",
    "compares with a tensor": "assert torch.tensor(4.0) == student.f(1)",
    "compares with an array": "assert (np.ones(2) == student.f(1)).all()",
    "subtracts": "assert not student.f(1) - 4",
    "subtracts from": "assert abs(torch.ones(2) - student.f(1)) is not None",
    "is smaller": "assert student.f(1) < 5",
    "asks the class": "assert isinstance(student.f(1), torch.utils.data.Dataset) and len(student.f(1)) == 3",
    "asks for a tensor": "assert isinstance(student.f(1), (torch.Tensor, tuple, dict, str, int))",
    "looks inside": "assert 4 not in student.f(1)",
    "enters": "with student.f(1):\n            assert False",
    "enters rightly": "with student.f(1):\n            pass",
    "maps": "for x, y in zip(map(student.f, [1, 2]), [3, 4]):\n            assert x == y",
    "side effects": "assert student.side_effects(student.f, 1).changed == ()",
}
OBJECT = "class Odd:\n    {method}\nodd = Odd()\ndef f(x): return odd"
ATTACKS = [
    ("iterates", "import itertools\ndef f(x): return itertools.repeat(0)"),
    ("iterates", OBJECT.format(method="def __iter__(self): return self\n    def __next__(self): return 0")),
    ("iterates", OBJECT.format(method="def __iter__(self): raise StopIteration")),
    ("iterates", OBJECT.format(method="def __iter__(self): yield from range(3); raise StopIteration")),
    ("lists", OBJECT.format(method="def __len__(self): return 10**18\n    def __iter__(self): return self")),
    ("counts", OBJECT.format(method="def __len__(self): return 10**18")),
    ("counts", OBJECT.format(method="def __len__(self): return -3")),
    ("counts", OBJECT.format(method="def __len__(self): return 10**4000")),
    ("compares", OBJECT.format(method="def __eq__(self, other): return True")),
    ("compares", OBJECT.format(method="def __eq__(self, other): return self")),
    ("compares with a value", OBJECT.format(method="def __eq__(self, other): return True")),
    ("compares with a tensor", OBJECT.format(method="def __eq__(self, other): return True")),
    ("compares with an array", OBJECT.format(method="def __eq__(self, other): return True")),
    ("subtracts", OBJECT.format(method="def __sub__(self, other): return 0")),
    ("subtracts from", OBJECT.format(method="def __rsub__(self, other): return 0")),
    ("is smaller", OBJECT.format(method="def __lt__(self, other): return True")),
    ("compares order", OBJECT.format(method="def __lt__(self, other): return Odd()")),
    ("asks the class", OBJECT.format(method="__class__ = __import__('torch').utils.data.Dataset")),
    (
        "asks the class",
        "class Dataset:\n    __module__ = 'torch.utils.data.dataset'\ndef f(x): return Dataset()",
    ),
    ("asks for a tensor", "import torch\nclass T(torch.Tensor): pass\ndef f(x): return T([1.0])"),
    ("looks inside", OBJECT.format(method="def __contains__(self, one): return True")),
    ("enters", OBJECT.format(method="def __enter__(self): pass\n    def __exit__(self, *e): return True")),
    (
        "enters",
        OBJECT.format(method="def __enter__(self): pass\n    def __exit__(self, *e): raise SystemExit"),
    ),
    ("enters rightly", OBJECT.format(method="def __enter__(self): pass\n    def __exit__(self, *e): 1 / 0")),
    ("maps", "def f(x): raise StopIteration"),
    ("side effects", "def f(x): raise StopIteration"),
]


def reports(bench: Callable[..., Bench], body: str, *sources: str) -> list[str]:
    """Return the outcomes of sources under a hidden check with this body."""
    checks = f"""
    import numpy as np, pytest, torch

    def test_f(student):
        '''It is judged.'''
        {body}
"""
    made = bench(questions=("f",), reference=REFERENCE, checks=checks)
    return [report.questions[0].outcome for report in made.grade(*sources)]


@pytest.mark.parametrize(("body", "source"), ATTACKS, ids=lambda text: text[:40])
def test_hostile_objects_earn_nothing(bench: Callable[..., Bench], body: str, source: str) -> None:
    (outcome,) = reports(bench, BODIES[body], source)
    allowed = {"failed", "error", "crashed", "ungraded"}
    assert outcome in allowed


def test_an_iteration_without_end_does_not_pass_a_check_that_stops(bench: Callable[..., Bench]) -> None:
    body = "seen = []\n        for one in student.f(1):\n            seen.append(one)"
    body += "\n            if len(seen) == 3: break"
    endless = "import itertools\ndef f(x): return itertools.count()"
    assert reports(bench, body, endless) == ["passed"]  # the check decides how far it goes
    caught = "try:\n            list(student.f(1))\n        except Exception:\n            pass"
    assert reports(bench, caught, endless) == ["error"]


def test_an_iterator_of_many_is_gone_through_to_the_end(bench: Callable[..., Bench]) -> None:
    body = "assert sum(1 for _ in student.f(1)) == 2000"
    assert reports(bench, body, "def f(x): return iter(range(2000))") == ["passed"]
    assert MAX_ITEMS > 2000


def test_what_a_generator_prints_of_a_hidden_input_is_not_shown(bench: Callable[..., Bench]) -> None:
    checks = """
    def test_f(student):
        '''It is judged.'''
        for one in student.f(987654321):
            assert one == 1
"""
    source = "def f(x):\n    print('it is', x)\n    yield 1\n    raise ValueError(x)"
    (report,) = bench(questions=("f",), reference=REFERENCE, checks=checks).grade(source)
    question = report.questions[0]
    assert question.outcome == "error"
    assert "987654321" not in f"{report.printed} {question.message} {question.checks[0].message}"


def test_a_module_that_is_a_subclass_is_one_and_no_other(bench: Callable[..., Bench]) -> None:
    body = (
        "assert isinstance(student.f(1), torch.nn.Module) and not isinstance(student.f(1), torch.nn.Linear)"
    )
    sources = ["import torch\nclass N(torch.nn.Sequential): pass\ndef f(x): return N()"]
    sources += ["import torch\ndef f(x): return torch.nn.Linear(1, 1)", "def f(x): return object()"]
    assert reports(bench, body, *sources) == ["passed", "failed", "failed"]


def test_an_attribute_cannot_be_set(bench: Callable[..., Bench]) -> None:
    (outcome,) = reports(bench, "student.f(1).x = 3", "import torch\ndef f(x): return torch.nn.Linear(1, 1)")
    assert outcome == "ungraded"
