"""`course check` on exercises as a newcomer writes them: proved as they are, and not when one thing breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

POOLING = {
    "exercise.yaml": """\
format: 1
title: Max pooling
params:
  M: {from: 8, to: 20}
  Q: [2, 3, 4]
  S: [2, 3]
  image: {shape: [4, 4], from: -9, to: 9}
variant_0: {M: 8, Q: 3, S: 2}
questions:
  - id: size
    kind: output-size
    prompt: An image of size {{ M }} meets `nn.MaxPool2d({{ Q }}, stride={{ S }})`. How large is the output?
    layer: MaxPool2d(Q, stride=S)
    input: [1, 1, M, M]
    without: [divided-image-by-stride]
    hints: ["How far can the window move?"]
  - id: kept
    kind: tensor
    prompt: "What leaves `nn.MaxPool2d(2)`?\\n\\n{{ image | matrix }}"
    layer: MaxPool2d(2)
    input: image
    hints: [One cell of each window stays.]
  - id: pool
    kind: code
    points: 3
    forbid: [pooling]
    prompt: Write `pool(image, size)`, the largest cell of each window of an image of two dimensions.
    signature: "(image: Tensor, size: int) -> Tensor"
    hints: ["Two loops, and a slice."]
    misconceptions:
      mean-for-max: {message: You took the mean of each window., hint: 1}
      moves-by-one: {message: Your windows overlap. They lie side by side.}
      starts-from-zero: {message: Negative cells can be the largest of a window.}
""",
    "reference.py": """\
import torch
from torch import Tensor


def pool(image: Tensor, size: int) -> Tensor:
    rows, columns = image.shape[0] // size, image.shape[1] // size
    cut = image[: rows * size, : columns * size]
    return cut.reshape(rows, size, columns, size).amax(dim=(1, 3))
""",
    "misconceptions.py": """\
import reference
import torch


def pool_mean_for_max(image, size):
    return image.unfold(0, size, size).unfold(1, size, size).mean(dim=(2, 3))


def pool_moves_by_one(image, size):
    return image.unfold(0, size, 1).unfold(1, size, 1).amax(dim=(2, 3))


def pool_starts_from_zero(image, size):
    return torch.relu(reference.pool(image, size))
""",
    "checks.py": '''\
import torch
from torch.testing import assert_close


def test_pool_wide(student, reference):
    """An image that is wider than high, with columns left over."""
    image = torch.arange(28.0).reshape(4, 7)
    assert_close(student.pool(image, 2), reference.pool(image, 2))


def test_pool_below_zero(student, reference):
    """Cells that are all negative, with rows left over."""
    image = -torch.arange(1.0, 31.0).reshape(5, 6)
    assert_close(student.pool(image, 3), reference.pool(image, 3))
''',
    "visible_checks.py": '''\
import torch


def test_pool_four_cells(student):
    """Four cells, and one window over all of them."""
    assert student.pool(torch.tensor([[1.0, 4.0], [3.0, 2.0]]), 2).tolist() == [[4.0]]
''',
}
SPREADING = {
    "exercise.yaml": """\
format: 1
title: Transposed convolution
params:
  L: {from: 6, to: 14}
  K: [3, 4, 5]
  S: [2, 3]
  signal: {shape: [4], from: 1, to: 9}
  kernel: {shape: [3], from: -4, to: 4}
where: ["kernel[0] != kernel[2]", "K != S"]
variant_0: {L: 4, K: 3, S: 2}
questions:
  - id: length
    kind: output-size
    prompt: A signal of length {{ L }} meets `nn.ConvTranspose1d(1, 1, {{ K }}, stride={{ S }})`. How long is the output?
    layer: ConvTranspose1d(1, 1, K, stride=S)
    input: [1, 1, L]
    without: [used-the-formula-of-a-convolution, counted-numbers-not-gaps]
    hints: [Each number lays down a whole kernel.]
    misconceptions:
      shrunk: {answer: "(L - K) // S + 1", message: A convolution shrinks. This layer goes the other way.}
      forgot-last-kernel: {answer: "(L - 1) * S", message: The last number lays down a kernel as well.}
      one-kernel-too-many: {answer: L * S + K, message: The first kernel lies at the very beginning.}
  - id: spread
    kind: tensor
    prompt: "`nn.ConvTranspose1d(1, 1, 3, stride=2, bias=False)` with weight {{ kernel }} gets {{ signal }}. What comes out?"
    layer: ConvTranspose1d(1, 1, 3, stride=2, bias=False)
    input: [signal]
    weight: [[kernel]]
    hints: [Where two kernels overlap the products add up.]
  - id: transposed
    kind: code
    points: 3
    forbid: [convolution]
    prompt: Write `transposed(signal, kernel, stride)`, for a signal and a kernel of one dimension.
    signature: "(signal: Tensor, kernel: Tensor, stride: int) -> Tensor"
    hints: ["Begin with zeros, and add a kernel for each number."]
    misconceptions:
      flipped-kernel: {message: You turned the kernel round., hint: 1}
      overwritten: {message: "Where kernels overlap, the products add up."}
      ignored-stride: {message: The stride says how far the kernels lie apart.}
""",
    "reference.py": """\
import torch
from torch import Tensor


def transposed(signal: Tensor, kernel: Tensor, stride: int) -> Tensor:
    output = torch.zeros((len(signal) - 1) * stride + len(kernel))
    for place, number in enumerate(signal):
        output[place * stride : place * stride + len(kernel)] += number * kernel
    return output
""",
    "misconceptions.py": """\
import reference
import torch


def transposed_flipped_kernel(signal, kernel, stride):
    return reference.transposed(signal, kernel.flip(0), stride)


def transposed_overwritten(signal, kernel, stride):
    output = torch.zeros((len(signal) - 1) * stride + len(kernel))
    for place, number in enumerate(signal):
        output[place * stride : place * stride + len(kernel)] = number * kernel
    return output


def transposed_ignored_stride(signal, kernel, stride):
    return reference.transposed(signal, kernel, 1)
""",
    "checks.py": '''\
import torch
from torch.testing import assert_close

SIGNAL = torch.tensor([2.0, 3.0, -1.0, 5.0])
KERNEL = torch.tensor([1.0, -2.0, 4.0])


def test_transposed_overlapping(student, reference):
    """A stride of 2, so that neighbours overlap in one place."""
    assert_close(student.transposed(SIGNAL, KERNEL, 2), reference.transposed(SIGNAL, KERNEL, 2))


def test_transposed_apart(student, reference):
    """A stride of 4, so that zeros stay between the kernels."""
    assert_close(student.transposed(SIGNAL, KERNEL, 4), reference.transposed(SIGNAL, KERNEL, 4))
''',
}

EXERCISES: Mapping[str, Mapping[str, str]] = {"pooling": POOLING, "spreading": SPREADING}


def quiz(files: Mapping[str, str]) -> dict[str, str]:
    """Return the questions of an exercise before its code, which are proved in a moment."""
    code = re.compile(r"  - id: \w+\n    kind: code\n.*", re.DOTALL)
    return {"exercise.yaml": code.sub("", files["exercise.yaml"])}


def code(files: Mapping[str, str]) -> dict[str, str]:
    """Return an exercise with its parameters and its code, without the questions before it."""
    before = re.compile(r"(?<=questions:\n).*(?=  - id: \w+\n    kind: code\n)", re.DOTALL)
    return {**files, "exercise.yaml": before.sub("", files["exercise.yaml"])}


BROKEN = {
    f"{name}{part}": make(files)
    for name, files in EXERCISES.items()
    for part, make in (("", dict), (" quiz", quiz), (" code", code))
}
MUTANTS = {"pooling": 21, "spreading": 13}  # at least, even if some kind were dropped


@dataclass(frozen=True)
class Break:
    """One thing changed in one file, and where the fault is told: (file, text of the line, sentence)."""

    exercise: str
    file: str
    old: str
    new: str
    faults: tuple[tuple[str, str, str], ...]

    def files(self) -> dict[str, str]:
        """Return the exercise's files with the change."""
        files = dict(BROKEN[self.exercise])
        assert self.old in files.get(self.file, ""), "this breaks nothing"
        files[self.file] = files[self.file].replace(self.old, self.new, 1)
        return files


def yaml(line: str, sentence: str) -> tuple[tuple[str, str, str], ...]:
    return (("exercise.yaml", line, sentence),)


WIDE = POOLING["checks.py"].split("\n\n\n")[1]
BELOW_ZERO = POOLING["checks.py"].split("\n\n\n")[2]
CHOICE = """\
questions:
  - id: keeps
    kind: choice
    prompt: What does max pooling keep of a window?
    hints: [It is in the name.]
    options:
      - {text: The largest cell., correct: true}
      - {text: The mean.}
"""
FOUND = {
    "reference-wrong": Break(
        "pooling",
        "reference.py",
        ".amax(",
        ".amin(",
        (("visible_checks.py", "    assert", "The reference fails the check test_pool_four_cells here."),),
    ),
    "reference-raises": Break(
        "pooling code",
        "reference.py",
        ".amax(",
        ".amaxx(",
        (
            (
                "reference.py",
                "return cut",
                "The reference raises AttributeError: 'Tensor' object has no attribute 'amaxx' (in the check",
            ),
        ),
    ),
    "stub-unlike-reference": Break(
        "pooling code",
        "exercise.yaml",
        "(image: Tensor, size: int)",
        "(image: Tensor, window: int = 2)",
        yaml("signature:", "The stub takes (image, window=2), but the reference takes (image, size)."),
    ),
    "reference-prints-and-fails-for-some": Break(
        "pooling",
        "checks.py",
        BELOW_ZERO,
        BELOW_ZERO.replace("(student, reference)", "(student, reference, params)")
        + """    print("a line that is no JSON")
    assert params["M"] == 8
""",
        (("checks.py", "params[", "The reference fails the check test_pool_below_zero here."),),
    ),
    "input-changed": Break(
        "pooling code",
        "reference.py",
        "    rows, columns",
        "    image[0, 0] -= 1\n    rows, columns",
        yaml("- id: pool", "The reference does not earn full marks: failed, in the check test_pool_four"),
    ),
    "reference-raises-where-confined": Break(
        "pooling code",
        "reference.py",
        "    rows, columns",
        '    __import__("socket").socket().close()\n    rows, columns',
        (
            (
                "reference.py",
                "socket",
                "The reference fails where it is confined: `pool` uses the network",
            ),
        ),
    ),
    "check-uses-a-remote-as-it-cannot-be-used": Break(
        "pooling code",
        "checks.py",
        "    assert_close(student.pool(image, 2)",
        '    assert student.pool.__name__ == "pool"\n    assert_close(student.pool(image, 2)',
        (
            (
                "checks.py",
                "__name__",
                "The reference fails the check test_pool_wide where it is confined: AttributeError: __name__.",
            ),
        ),
    ),
    "check-of-an-argument": Break(
        "pooling code",
        "checks.py",
        "reference.pool(image, 2))\n",
        "reference.pool(image, 2))\n    assert image[0, 0] == 0\n",
        (("checks.py", "image[0, 0]", "Student code got a copy of `image`, so this assert says nothing"),),
    ),
    "no-such-fixture": Break(
        "pooling code",
        "checks.py",
        "test_pool_wide(student",
        "test_pool_wide(studnet, student",
        (("checks.py", "def test_pool_wide", "The check test_pool_wide asks for 'studnet', which does not"),),
    ),
    "misconception-raises": Break(
        "pooling code",
        "misconceptions.py",
        "torch.relu(reference.pool(image, size))",
        "torch.relu(nothing)",
        (
            (
                "misconceptions.py",
                "torch.relu(nothing)",
                "'starts-from-zero' does not run: The misconception raises NameError: name 'nothing' is not",
            ),
        ),
    ),
    "two-checks-of-one-name": Break(
        "pooling code",
        "checks.py",
        WIDE,
        WIDE.replace("test_pool_wide", "test_pool_four_cells").replace(
            "reference.pool(image", "reference.pool(imag"
        ),
        (("checks.py", "imag,", "The check test_pool_four_cells raises NameError: name 'imag' is not"),),
    ),
    "check-raises": Break(
        "pooling code",
        "checks.py",
        "reference.pool(image, 2)",
        "reference.pool(imag, 2)",
        (
            (
                "checks.py",
                "assert_close(student.pool(image, 2)",
                "The check test_pool_wide raises NameError: name 'imag' is not",
            ),
        ),
    ),
    "check-of-nothing-right": Break(
        "pooling code",
        "checks.py",
        "reference.pool(image, 3))",
        "reference.pool(image, 3) + 1)",
        (
            (
                "checks.py",
                "assert_close(student.pool(image, 3)",
                "The reference fails the check test_pool_below_zero: Tensor-likes are not close.",
            ),
        ),
    ),
    "misconception-survives": Break(
        "pooling code",
        "checks.py",
        BELOW_ZERO,
        "",
        (
            *yaml("starts-from-zero:", "No check notices the misconception 'starts-from-zero'."),
            (
                "reference.py",
                "rows, columns =",
                "No check notices the mutant 'pool: image.shape[0] // size ->",
            ),
            ("reference.py", "cut = image", "No check notices the mutant 'pool: rows * size ->"),
        ),
    ),
    "misconception-of-code-is-right": Break(
        "pooling code",
        "misconceptions.py",
        "torch.relu(reference.pool(image, size))",
        "reference.pool(image, size)",
        yaml("starts-from-zero:", "No check notices the misconception 'starts-from-zero'."),
    ),
    "mutant-survives": Break(
        "pooling code",
        "checks.py",
        WIDE,
        "",
        (
            (
                "reference.py",
                "rows, columns =",
                "No check notices the mutant 'pool: image.shape[1] // size ->",
            ),
        ),
    ),
    "same-formula": Break(
        "spreading quiz",
        "exercise.yaml",
        "answer: L * S + K,",
        'answer: "(L - 1) * S",',
        (
            *yaml(
                "forgot-last-kernel:",
                "'forgot-last-kernel' cannot be told apart from 'one-kernel-too-many' in",
            ),
            *yaml(
                "one-kernel-too-many:",
                "'one-kernel-too-many' cannot be told apart from 'forgot-last-kernel' in",
            ),
        ),
    ),
    "formula-is-right": Break(
        "spreading quiz",
        "exercise.yaml",
        "answer: L * S + K,",
        'answer: "(L - 1) * S + K",',
        yaml("one-kernel-too-many:", "'one-kernel-too-many' leads to the right answer in 2 of 2 variants"),
    ),
    "same-code": Break(
        "spreading",
        "misconceptions.py",
        "= number * kernel\n    return output",
        "= number * kernel\n    return reference.transposed(signal, kernel.flip(0), stride)",
        (
            *yaml("flipped-kernel:", "'flipped-kernel' is not distinguished from another one by the checks."),
            *yaml("overwritten:", "'overwritten' is not distinguished from another one by the checks."),
        ),
    ),
    "no-hint": Break(
        "pooling quiz",
        "exercise.yaml",
        "    hints: [One cell of each window stays.]\n",
        "",
        yaml("- id: kept", "'kept' has no hint."),
    ),
    "no-feedback": Break(
        "pooling quiz",
        "exercise.yaml",
        "questions:\n",
        CHOICE,
        yaml("{text: The mean.}", "This option can be wrong but has no feedback."),
    ),
    "hint-tells": Break(
        "spreading quiz",
        "exercise.yaml",
        "Each number lays down a whole kernel.",
        '"It is {{ (L - 1) * S + K }}, is it not?"',
        yaml("- id: length", "The right answer is written in hint 1, in every variant."),
    ),
    "message-tells": Break(
        "spreading quiz",
        "exercise.yaml",
        "A convolution shrinks. This layer goes the other way.",
        '"You shrank {{ (L - 1) * S + K }}."',
        yaml("- id: length", "The right answer is written in the message of 'shrunk', in every variant."),
    ),
    "prompt-tells": Break(
        "pooling quiz",
        "exercise.yaml",
        "prompt: An image of size {{ M }} meets",
        'prompt: "Write size = {{ (M - Q) // S + 1 }}."  #',
        yaml("- id: size", "What students receive contains the answer to 'size'."),
    ),
    "visible-check-with-reference": Break(
        "pooling code",
        "visible_checks.py",
        "(student):",
        "(student, reference):",
        (("visible_checks.py", "def test_pool_four_cells", "A visible check uses `reference`"),),
    ),
    "no-docstring": Break(
        "pooling code",
        "checks.py",
        '    """An image that is wider than high, with columns left over."""\n',
        "",
        (("checks.py", "def test_pool_wide", "The check test_pool_wide has no docstring"),),
    ),
    "variant-0-impossible": Break(
        "pooling quiz",
        "exercise.yaml",
        "variant_0: {M: 8,",
        "variant_0: {image: 5,",
        (
            *yaml("variant_0:", "'image' cannot be 5."),
            *yaml('prompt: "What leaves', "This text cannot be rendered"),
        ),
    ),
    "reference-without-a-branch-tried": Break(
        "spreading code",
        "reference.py",
        "    output = torch.zeros(",
        "    if stride > 4:\n        stride = stride - 1\n    output = torch.zeros(",
        (
            ("reference.py", "if stride > 4", "No check notices the mutant"),
            ("reference.py", "stride = stride - 1", "No check notices the mutant"),
        ),
    ),
}
MARK = "@pytest.mark.question('pol')"
UNREADABLE = {
    "misconception-without-function": Break(
        "spreading",
        "misconceptions.py",
        "def transposed_overwritten(",
        "def transposed_over_written(",
        yaml("overwritten:", "misconceptions.py does not define 'transposed_overwritten'. Did you mean"),
    ),
    "reference-without-function": Break(
        "pooling",
        "reference.py",
        "def pool(",
        "def pooled(",
        yaml("- id: pool", "reference.py does not define 'pool'."),
    ),
    "reference-fails": Break(
        "pooling",
        "reference.py",
        "from torch import Tensor\n",
        "from torch import Tensor, Pool\n",
        (("reference.py", "Pool", "The reference cannot be imported: ImportError"),),
    ),
    "checks-not-python": Break(
        "spreading",
        "checks.py",
        "def test_transposed_apart(student, reference):",
        "def test_transposed_apart(student, reference)",
        (("checks.py", "def test_transposed_apart", "This is not Python"),),
    ),
    "check-of-no-question": Break(
        "pooling",
        "checks.py",
        POOLING["checks.py"].partition("(student")[0],
        "import pytest\n" + POOLING["checks.py"].partition("(student")[0].replace("def", MARK + "\ndef"),
        (("checks.py", MARK, "The check test_pool_wide"),),
    ),
    "hint-that-is-not-there": Break(
        "spreading",
        "exercise.yaml",
        "You turned the kernel round., hint: 1",
        "You turned the kernel round., hint: 2",
        yaml("flipped-kernel:", "There is no hint 2; the question has 1."),
    ),
    "unknown-parameter": Break(
        "pooling",
        "exercise.yaml",
        "stride={{ S }}",
        "stride={{ s }}",
        yaml("prompt: An image", "There is no parameter 's'."),
    ),
}


def write_course(root: Path, exercises: Mapping[str, Mapping[str, str]], packages: str = "torch") -> Path:
    root.mkdir(exist_ok=True)
    names = ", ".join(exercises)
    course = f"format: 1\ntitle: New\nseed: new\nexercises: [{names}]\npackages: [{packages}]\n"
    (root / "course.yaml").write_text(course, encoding="utf-8")
    for name, files in exercises.items():
        (root / "exercises" / name).mkdir(parents=True)
        for file, text in files.items():
            (root / "exercises" / name / file).write_text(text, encoding="utf-8")
    return root


def expected(folder: Path, change: Break) -> list[tuple[str, int, str]]:
    """Return the faults as (file, line, sentence), where the line is looked up by its text."""
    found = []
    for file, start, sentence in change.faults:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        (number,) = [number for number, line in enumerate(lines, 1) if start in line]
        found.append((str(folder / file), number, sentence))
    return found


def test_a_newcomer_writes_less_than_sixty_lines() -> None:
    for files in EXERCISES.values():
        lines = [
            line
            for file in ("exercise.yaml", "checks.py", "visible_checks.py")
            for line in files.get(file, "").splitlines()
            if line
        ]
        assert len(lines) < 60


@pytest.mark.slow
def test_both_exercises_are_proved(tmp_path: Path, course: Run) -> None:
    root, page = write_course(tmp_path / "new", EXERCISES), tmp_path / "proof.html"
    ran = course(root, "check", "--variants", 8, "--json", "--html", page)
    document = json.loads(ran.out)
    assert [one["faults"] for one in document["exercises"]] == [[], []]
    assert ran.code == 0
    assert document.keys() == {"format", "exercises"}
    assert document["format"] == 1
    by_name = {one["exercise"]: one for one in document["exercises"]}
    assert by_name.keys() == EXERCISES.keys()
    for name, one in by_name.items():
        assert one.keys() == {"exercise", "variants", "faults", "notes", "spread", "questions"}
        assert one["variants"] == 9  # variant 0 is one more
        expected = (
            "% of the points.",
            "hidden checks never vary",
            "the student reads both",
            "no 'explanation'",
        )
        assert all(any(part in note for part in expected) for note in one["notes"]), one["notes"]
        (matrix,) = one["questions"]
        assert_proved(matrix, MUTANTS[name])
    html = page.read_text(encoding="utf-8")
    assert all(name in html for name in EXERCISES)
    assert all(matrix["question"] in html for one in by_name.values() for matrix in one["questions"])
    assert "src=" not in html  # nothing is fetched from elsewhere
    assert "<link" not in html


@pytest.mark.slow
def test_a_usual_mistake_that_is_an_authors_is_a_note(tmp_path: Path, course: Run) -> None:
    root = write_course(tmp_path / "new", {"spreading": quiz(SPREADING)})
    file = root / "exercises" / "spreading" / "exercise.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("used-the-formula-of-a-convolution, ", "", 1), encoding="utf-8")
    ran = course(root, "check", "--variants", 8, "--json")
    (one,) = json.loads(ran.out)["exercises"]
    assert (ran.code, one["faults"]) == (0, [])
    note = (
        "length: 'shrunk' can have the same answer as the usual mistake 'used-the-formula-of-a-convolution', "
    )
    assert any(found.startswith(note) for found in one["notes"]), one["notes"]


UNEVEN = """\
format: 1
title: Uneven
params:
  M: {from: 2, to: 300}
  L: [2, 4]
  word: [same, valid]
questions:
  - id: squared
    kind: number
    prompt: What is {{ M }} times {{ M }}?
    answer: M * M
    hints: [Take it by itself.]
  - id: first
    kind: tensor
    prompt: Every second of {{ L }} ones?
    layer: MaxPool1d(1, stride=2)
    input: "[[1, 1] if L == 2 else [1, 1, 1, 1]]"
    hints: [Skip one.]
  - id: doubled
    kind: number
    prompt: What is {{ L }} times two?
    answer: 2 * L
    hints: [Twice.]
"""


@pytest.mark.slow
def test_variants_that_are_harder_than_others_are_noted(tmp_path: Path, course: Run) -> None:
    root = write_course(tmp_path / "new", {"uneven": {"exercise.yaml": UNEVEN}})
    ran = course(root, "check", "--variants", 60, "--json")
    (one,) = json.loads(ran.out)["exercises"]
    squared, first = (note for note in one["notes"] if "Not equally hard" in note)
    assert re.fullmatch(
        r"squared: Not equally hard for all: digits of the answer: [12] with M=\d+; 5 with M=\d+\.",
        squared,
    )
    assert first == "first: Not equally hard for all: values of the answer: 1 with L=2; 2 with L=4."


COLLIDING = """
format: 1
title: Squares
params: {M: {from: 5, to: 60}}
variant_0: {M: 2}
questions:
  - id: squared
    kind: number
    prompt: What is {{ M }} times {{ M }}?
    answer: M * M
    hints: [Take it by itself.]
    misconceptions:
      doubled: {answer: 2 * M, message: You took it twice.}
      one-less: {answer: M - 1, message: You took one away.}
      always-one: {answer: M // M, message: You divided.}
"""


@pytest.mark.slow
def test_what_collides_in_variant_0_is_listed_and_no_fault(tmp_path: Path, course: Run) -> None:
    root = write_course(tmp_path / "new", {"squares": {"exercise.yaml": COLLIDING}})
    ran = course(root, "check", "--variants", 5, "--json")
    (one,) = json.loads(ran.out)["exercises"]
    assert (ran.code, one["faults"]) == (0, [])
    assert [note for note in one["notes"] if "variant 0" in note] == [
        "squared: Right by accident in variant 0: doubled.",
        "squared: Not distinguishable from others in variant 0: one-less, always-one.",
    ]
    ran = course(root, "check", "--variants", 0)  # nobody else is looked at
    assert (ran.code, "leads to the right answer in 1 of 1 variants" in " ".join(ran.out.split())) == (
        1,
        True,
    )


def assert_proved(matrix: dict[str, Any], mutants: int) -> None:
    assert matrix.keys() == {"question", "checks", "columns"}
    columns = matrix["columns"]
    assert all(
        column.keys() == {"kind", "name", "killed_by", "diagnosed", "share", "reason", "timed_out"}
        for column in columns
    )
    by = {*matrix["checks"], "forbid or require"}
    assert all(column["killed_by"] and set(column["killed_by"]) <= by for column in columns)
    (refused,) = (column["name"] for column in columns if column["killed_by"] == ["forbid or require"])
    assert refused.startswith("the right values, and uses a library ")
    kinds = [column["kind"] for column in columns]
    assert kinds.count("misconception") == 3
    assert kinds.count("impostor") == 9
    assert kinds.count("mutant") >= mutants
    for column in columns:
        if column["kind"] == "misconception":
            assert column["diagnosed"] == column["name"]


Broken = tuple[Path, dict[str, list[dict[str, Any]]]]


@pytest.fixture
def broken(kept: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, course: Run) -> Broken:
    """Return a course of exercises that are broken in one way each, proved once: its folder, and all faults."""
    name = f"{__name__}.broken"
    if name not in kept:
        exercises = {name: change.files() for name, change in FOUND.items()}
        root = write_course(tmp_path_factory.mktemp("course") / "broken", exercises)
        ran = course(root, "check", "--variants", 2, "--json")
        assert ran.code == 1, ran.err
        (root / "proof.json").write_text(ran.out, encoding="utf-8")
        kept[name] = root
    document = json.loads((kept[name] / "proof.json").read_text(encoding="utf-8"))
    return kept[name], {one["exercise"]: one["faults"] for one in document["exercises"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_what_is_broken_is_named_with_its_line(broken: Broken, name: str) -> None:
    root, faults = broken
    found = [(fault["file"], fault["line"], fault["sentence"]) for fault in faults[name]]
    wanted = expected(root / "exercises" / name, FOUND[name])
    for file, line, sentence in wanted:
        assert any(one[:2] == (file, line) and one[2].startswith(sentence) for one in found), found
    assert {one[:2] for one in found} == {one[:2] for one in wanted}, "a fault elsewhere: " + str(found)


@pytest.mark.slow
def test_what_the_reference_fails_in_some_variants_is_told_with_the_variant(broken: Broken) -> None:
    root, faults = broken
    (fault,) = faults["reference-prints-and-fails-for-some"]
    folder = root / "exercises" / "reference-prints-and-fails-for-some"
    assert re.fullmatch(rf"See: pytest {re.escape(str(folder))} --student made-up-\d", fault["remedy"])
    (fault,) = faults["input-changed"]
    assert fault["remedy"].startswith("It changed an input")


@pytest.mark.slow
def test_a_fault_is_printed_with_its_place_and_the_exit_code_is_1(tmp_path: Path, course: Run) -> None:
    change = FOUND["no-docstring"]
    root = write_course(tmp_path / "new", {"mine": change.files()})
    ran = course(root, "check", "--variants", 1)
    ((file, line, sentence),) = expected(root / "exercises" / "mine", change)
    out = "".join(ran.out.split())  # a terminal of 80 columns breaks lines anywhere
    assert ran.code == 1
    assert "mine:notproved" in out
    assert f"{file}:{line}:{''.join(sentence.split())}" in out


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, course: Run, name: str) -> None:
    change = UNREADABLE[name]
    root = write_course(tmp_path / "new", {"mine": change.files()})
    ran = course(root, "check", "--variants", 1)
    assert ran.code == 2
    for file, line, sentence in expected(root / "exercises" / "mine", change):
        assert any(
            told.startswith(f"{file}:{line}:") and sentence in told for told in ran.err.splitlines()
        ), ran.err
