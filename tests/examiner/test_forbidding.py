"""What code questions forbid, what inputs they may change, and limits of a question's own."""

from __future__ import annotations

import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest
import torch

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.errors import CourseFaults
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport
from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.handout.stubs import stub_text
from grader.language.limits import Limits
from grader.questions.posed import Posed

COURSE = (
    "format: 1\ntitle: T\nseed: s\nexercises: [e]\npackages: [torch, numpy, scipy]\nlimits: {seconds: 20}\n"
)
EXERCISE = """
format: 1
title: T
questions:
  - {id: slide, kind: code, prompt: P, signature: "(x, k)", forbid: [convolution, unfold]}
  - {id: product, kind: code, prompt: P, signature: "(x, k)", require: [matmul]}
  - {id: fill, kind: code, prompt: P, signature: (x), in_place: true}
  - {id: keep, kind: code, prompt: P, signature: (x)}
  - {id: step, kind: code, prompt: P, signature: "(x, y, w)", forbid: [autograd, optimizer, loss, solver]}
  - {id: slow, kind: code, prompt: P, signature: (x), limits: {seconds: 4, scratch_mib: 1}}
"""
REFERENCE = """
import torch

def slide(x, k):
    return torch.stack([(x[i:i + len(k)] * k).sum() for i in range(len(x) - len(k) + 1)])

def product(x, k):
    return x[:2] @ k

def fill(x):
    return torch.zeros_like(x)

def keep(x):
    return x + 1

def step(x, y, w):
    return w - 0.1 * (2 * x * (x * w - y)).mean()

def slow(x):
    return x
"""
CHECKS = """
import torch
from torch.testing import assert_close

def test_slide(student, reference):
    assert_close(student.slide(torch.arange(5.0), torch.ones(2)), reference.slide(torch.arange(5.0), torch.ones(2)))

def test_product(student, reference):
    assert_close(student.product(torch.arange(5.0), torch.ones(2)), reference.product(torch.arange(5.0), torch.ones(2)))

def test_fill(student, reference):
    assert_close(student.fill(torch.ones(2)), reference.fill(torch.ones(2)))

def test_keep(student, reference):
    assert_close(student.keep(torch.ones(2)), reference.keep(torch.ones(2)))

def test_step(student, reference):
    x, y, w = torch.arange(4.0), torch.arange(4.0) + 1, torch.tensor(0.5)
    assert_close(student.step(x, y, w), reference.step(x, y, w))

def test_step_follows_the_weight(student):
    x, y, w = torch.arange(4.0), torch.arange(4.0) + 1, torch.tensor(0.5)
    assert_close(student.grad(student.step, (x, y, w), wrt=2), torch.tensor(0.3))

def test_slow(student):
    assert student.slow(1) == 1
"""


@pytest.fixture
def graded(tmp_path, server):
    folder = tmp_path / "exercises" / "e"
    folder.mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(COURSE, encoding="utf-8")
    for name, text in (("exercise.yaml", EXERCISE), ("reference.py", REFERENCE), ("checks.py", CHECKS)):
        (folder / name).write_text(text, encoding="utf-8")
    course = load_course(tmp_path)
    sitting = prepare(course.exercise("e"), None)

    def run(source: str) -> dict[str, QuestionReport]:
        submission = submission_of("e.py", source.encode())
        report = with_suite(course, ["e"], lambda suite: grade(sitting, submission, server, suite).report)
        return {question.id: question for question in report.questions}

    return run


WAYS = {
    "F": "import torch.nn.functional as F\ndef slide(x, k):\n    return F.conv1d(x[None, None], k[None, None])[0, 0]",
    "module": "import torch\ndef slide(x, k):\n    m = torch.nn.Conv1d(1, 1, len(k), bias=False)\n"
    "    m.weight.data = k[None, None]\n    return m(x[None, None])[0, 0].detach()",
    "hidden": "import torch\ndef slide(x, k):\n    return getattr(torch, 'con' + 'v1d')(x[None, None], k[None, None])[0, 0]",
    "ops": "import torch\ndef slide(x, k):\n    one = [1]\n"
    "    return torch.ops.aten.convolution(x[None, None], k[None, None], None, one, [0], one, False, [0], 1)[0, 0]",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_forbidden_operator_is_seen_whichever_way_it_is_reached(graded, way):
    question = graded(WAYS[way])["slide"]
    assert (question.outcome, question.score) == ("failed", 0.0)
    assert question.message.startswith("`slide` must not use a library convolution, but line ")
    assert question.message.endswith("line 3 calls `torch.nn.functional.conv1d`.") == (way == "F")
    assert [check.outcome for check in question.checks] == ["passed"]


def test_what_is_not_forbidden_is_not_seen(graded):
    questions = graded(REFERENCE)
    assert {question.outcome for question in questions.values()} == {"passed"}


OWN = "def slide(x, k):\n    return torch.stack([(x[i:i + len(k)] * k).sum() for i in range(len(x) - len(k) + 1)])\n"
# As people write it in public: the head of the file, the answer, and what the message says after "but".
REFUSED = {
    "scipy": (
        (
            "from scipy.signal import correlate as c\nimport torch\ndef slide(x, k):\n"
            "    return torch.from_numpy(c(x.numpy(), k.numpy(), mode='valid'))"
        ),
        "line 4 calls `scipy.signal.correlate`",
    ),
    "numpy, through a helper": (
        (
            "import numpy as np, torch\ndef help(a, b):\n    return np.convolve(a, b[::-1], 'valid')\n"
            "def slide(x, k):\n    return torch.from_numpy(help(x.numpy(), k.numpy()))"
        ),
        "line 3 calls `numpy.convolve`",
    ),
    "strides and einsum": (
        (
            "import numpy as np, torch\ndef slide(x, k):\n    a, f = x.numpy(), k.numpy()\n"
            "    strd = np.lib.stride_tricks.as_strided\n"
            "    subM = strd(a, shape=(len(a) - len(f) + 1, len(f)), strides=a.strides * 2)\n"
            "    return torch.from_numpy(np.einsum('j,ij->i', f, subM))"
        ),
        "line 5 does",
    ),
    "a method over two lines": (
        "import torch\ndef slide(x, k):\n    return ((x\n        .unfold(0, len(k), 1)\n        * k).sum(1))",
        "line 4 calls `unfold`",
    ),
    "a pool of threads": (
        (
            "import torch.nn.functional as F\nfrom concurrent.futures import ThreadPoolExecutor\n"
            "def slide(x, k):\n    with ThreadPoolExecutor() as pool:\n"
            "        return pool.submit(F.conv1d, x[None, None], k[None, None]).result()[0, 0]"
        ),
        "line 5 names `torch.nn.functional.conv1d`",
    ),
    "a table from before": (
        (
            "import torch\nTABLE = {}\nTABLE[2] = torch.arange(5).unfold(0, 2, 1)\n"
            "def slide(x, k):\n    return (x[TABLE[len(k)]] * k).sum(1)"
        ),
        "line 3 calls `unfold`",
    ),
    "a table that a function makes": (
        (
            "import torch\ndef make():\n    global TABLE\n    TABLE = torch.arange(5).unfold(0, 2, 1)\nmake()\n"
            "def slide(x, k):\n    return (x[TABLE] * k).sum(1)"
        ),
        "line 4 calls `unfold`",
    ),
    "a default from before": (
        "import torch\ndef slide(x, k, places=torch.arange(5).unfold(0, 2, 1)):\n    return (x[places] * k).sum(1)",
        "line 2 calls `unfold`",
    ),
}
INNOCENT = {
    "an own helper": "import torch\ndef conv1d(x, k):\n    return (x * k).sum()\nunfold = conv1d\ndef slide(x, k):\n"
    "    return torch.stack([unfold(x[i:i + len(k)], k) for i in range(len(x) - len(k) + 1)])\n",
    "words in a comment": "import torch\n# F.conv1d(x, k)\n"
    + OWN.replace("return", "'np.convolve'\n    return"),
    "an import that is not used": "import torch\nfrom scipy.signal import correlate\nfrom torch.nn.functional import *\n"
    + OWN,
    "a check outside": "import torch\nimport torch.nn.functional as F\n"
    + OWN
    + "x, k = torch.rand(5), torch.rand(2)\n"
    "expected = F.conv1d(x[None, None], k[None, None])[0, 0]\nassert torch.allclose(slide(x, k), expected)\n"
    "torch.testing.assert_close(slide(x, k), F.conv1d(x[None, None], k[None, None])[0, 0])\n"
    "if __name__ == '__main__':\n    for k in (k, k):\n        print(slide(x, k) - x.unfold(0, 2, 1) @ k)\n",
    "a check in a function": "import numpy as np, torch\n" + OWN + "def test(x, k):\n"
    "    assert np.allclose(np.convolve(x, k[::-1], 'valid'), slide(torch.tensor(x), torch.tensor(k)))\n"
    "test(np.arange(5.0), np.ones(2))\n",
    "another question": "import torch\n"
    + OWN
    + "def keep(x):\n    return torch.ones(3).unfold(0, 2, 1)[0] + x\n",
}


@pytest.mark.parametrize("way", REFUSED)
def test_the_line_of_a_forbidden_call_is_named(graded, way):
    source, where = REFUSED[way]
    question = graded(source)["slide"]
    assert (question.outcome, question.score) == ("failed", 0.0)
    assert question.message.endswith(f", but {where}.")
    assert [check.outcome for check in question.checks] == ["passed"]


@pytest.mark.parametrize("way", INNOCENT)
def test_what_has_no_part_in_an_answer_is_no_fault_of_it(graded, way):
    question = graded(INNOCENT[way])["slide"]
    assert (question.outcome, question.message) == ("passed", "")


def test_an_outcome_stays_but_earns_nothing(graded):
    source = "import torch\ndef slide(x, k):\n    x.unfold(0, 2, 1)\n    raise ValueError\n"
    question = graded(source)["slide"]
    assert (question.outcome, question.score) == ("error", 0.0)
    assert "raised ValueError" in question.message


def test_what_is_required_has_to_be_used_in_a_call(graded):
    without = (
        "import torch\ntorch.ones(2) @ torch.ones(2)\ndef product(x, k):\n    return (x[:2] * k).sum()\n"
    )
    question = graded(without)["product"]
    assert (question.outcome, question.score) == ("failed", 0.0)
    assert question.message == "`product` must use a library matrix product, but none of its calls does."
    wrong = graded("def product(x, k):\n    return x[:2] @ k + 1\n")["product"]
    assert (wrong.outcome, wrong.message) == ("failed", "")
    assert (
        graded("import numpy as np, torch\ndef product(x, k):\n    return torch.tensor(np.dot(x[:2], k))\n")[
            "product"
        ].outcome
        == "passed"
    )
    assert graded("")["product"].outcome == "unanswered"


@pytest.mark.parametrize(
    ("lines", "sentence", "remedy"),
    [
        ("forbid: [convolutoin]", "'convolutoin' cannot be forbidden.", "Did you mean 'convolution'?"),
        ("require: [matmull]", "'matmull' cannot be required.", "Did you mean 'matmul'?"),
        ("forbid: [fft], require: [matmul, fft]", "'fft' is both forbidden and required.", "Remove one."),
    ],
)
def test_rules_that_make_no_sense_are_faults_of_the_yaml(tmp_path, lines, sentence, remedy):
    with pytest.raises(CourseFaults) as raised:
        with_rules(tmp_path, lines)
    assert [(fault.sentence, fault.remedy) for fault in raised.value.faults] == [(sentence, remedy)]


def test_a_stub_says_what_is_forbidden_and_required(tmp_path):
    posed = with_rules(tmp_path, "forbid: [convolution, pooling, unfold], require: [matmul]")
    assert posed.how == (
        "Write the code yourself: no library convolution, no library pooling and no `unfold`. "
        "Use a library matrix product."
    )


@pytest.mark.parametrize("form", ["python", "notebook"])
@pytest.mark.parametrize("rules", ["require: [matmul]", "forbid: [fft]"])
def test_a_stub_says_it_where_there_is_one_of_both_alone(tmp_path, rules, form):
    posed = with_rules(tmp_path, rules)
    assert posed.how
    assert posed.how in stub_text(prepare(load_course(tmp_path).exercise("e"), None).paper, form)


def test_a_stub_without_rules_says_nothing_of_them(tmp_path):
    assert not with_rules(tmp_path, "points: 1").how


def with_rules(root: Path, rules: str) -> Posed:
    """Return a question with these rules in its YAML, as it is posed."""
    folder = root / "exercises" / "e"
    folder.mkdir(parents=True)
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    question = f'{{id: f, kind: code, prompt: P, signature: "(x)", {rules}}}'
    files = {
        "exercise.yaml": f"format: 1\ntitle: T\nquestions:\n  - {question}\n",
        "reference.py": "def f(x): ...\n",
        "checks.py": "def test_f(student): ...\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return prepare(load_course(root).exercise("e"), None).paper.questions[0]


def test_an_input_may_be_changed_only_where_the_question_says_so(graded):
    questions = graded("def fill(x):\n    return x.zero_()\ndef keep(x):\n    x += 1\n    return x\n")
    assert questions["fill"].outcome == "passed"
    assert questions["keep"].outcome == "failed"
    assert "It changed an input" in questions["keep"].checks[0].message


def test_a_question_has_limits_of_its_own(graded):
    slow = "import time\ndef slow(x):\n    time.sleep(60)\n    return x\ndef keep(x):\n    time.sleep(1)\n    return x + 1\n"
    questions = graded(slow)
    assert questions["slow"].outcome == "timeout"
    assert "within 4 seconds" in questions["slow"].message
    assert questions["keep"].outcome == "passed"


WRITES = """
def write(x):
    with open("notes.txt", "w") as file:
        file.write("n" * {size})
    return x
{name} = write
"""


def test_only_a_scratch_folder_can_be_written_and_it_is_small_and_private(graded, tmp_path):
    assert graded(WRITES.format(size=1000, name="slow"))["slow"].outcome == "passed"
    assert graded(WRITES.format(size=1000, name="keep"))["keep"].outcome == "error"
    assert graded(WRITES.format(size=3 << 20, name="slow"))["slow"].outcome != "passed"
    many = "def slow(x):\n    for n in range(9000):\n        open(f'{n}', 'w').write('x')\n    return x\n"
    assert graded(many)["slow"].outcome in {"crashed", "error"}  # and never because it takes long
    left = "import os\ndef slow(x):\n    return x if os.listdir('.') == [] else 0\n"
    assert graded(left)["slow"].outcome == "passed"


BY_LIBRARY = {
    "autograd": """
import torch
def step(x, y, w):
    with torch.enable_grad():
        v = w.detach().requires_grad_()
        ((x * v - y) ** 2).mean().backward()
    return w - 0.1 * v.grad + (w - w.detach()) * -0.7
""",
    "optimizer": """
from torch.optim import SGD
def step(x, y, w):
    v = w.detach().clone()
    v.grad = (2 * x * (x * w.detach() - y)).mean()
    SGD([v], lr=0.1).step()
    return v + (w - w.detach()) * 0.3
""",
    "loss": """
import torch
def step(x, y, w):
    torch.nn.MSELoss()(x * w, y)
    return w - 0.1 * (2 * x * (x * w - y)).mean()
""",
    "solver": """
import numpy as np
def step(x, y, w):
    np.polyfit(x.numpy(), y.numpy(), 1)
    return w - 0.1 * (2 * x * (x * w - y)).mean()
""",
}
SEEN = {
    "autograd": "`autograd`, but line 6 calls `backward`.",
    "optimizer": "a library optimiser, but line 6 calls `torch.optim.SGD`.",
    "loss": "a library loss, but line 4 calls `torch.nn.MSELoss`.",
    "solver": "a library solver of equations, but line 4 calls `numpy.polyfit`.",
}


@pytest.mark.parametrize("way", BY_LIBRARY)
def test_training_by_a_library_is_seen_with_its_line(graded, way):
    question = graded(BY_LIBRARY[way])["step"]
    assert [check.outcome for check in question.checks] == ["passed", "passed"]
    assert question.outcome == "failed"
    assert question.message == f"`step` must not use {SEEN[way]}"


def test_a_gradient_that_a_check_asks_for_is_not_the_students(graded):
    question = graded(REFERENCE)["step"]
    assert [check.outcome for check in question.checks] == ["passed", "passed"]
    assert question.outcome == "passed"


def test_a_class_of_a_library_in_place_of_an_answer_is_seen_when_a_verb_calls_it(server):
    submission = submission_of("e.py", b"from torch.optim import SGD as step\n")
    limits = Limits(seconds=60, memory_mib=4096)
    with Session(server, submission, {"step": ""}, ["torch"], limits, ["optimizer"]) as session:
        arguments = {"f": session.fetch("step"), "inputs": ([torch.ones(2, requires_grad=True)],)}
        session.begin()
        with session.watched() as used:
            session.request({"op": "verb", "name": "side_effects"}, arguments=arguments)
        assert set(used) == {"optimizer"}
