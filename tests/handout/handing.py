"""A small course with every kind of question, as it is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.course.loading import LoadedCourse
from tests.course.building import CHECKS, HEAD, REFERENCE, VISIBLE, course, write

TOP = "format: 1\ntitle: Convolutions\nseed: lab\nexercises: [exercise-1, exercise-2]\n"
QUIZ = (
    HEAD
    + """\
intro: |
  The **stride** is how far.

  ```
  a block of code {{ 'that is longer than a screen is wide, and stays as it is ' * 3 }}
  ```
params: {M: {from: 5, to: 9}}
variant_0: {M: 7}
figure: {layer: "Conv2d(1, 1, 3)", input: [1, 1, M, M]}
questions:
  - {id: size, kind: output-size, prompt: "Of {{ M }}?", layer: "Conv2d(1, 1, 3)", input: [1, 1, M, M],
     points: 2.5}
  - {id: count, kind: number, prompt: "How many?", answer: 40000 + M, hints: [Count.],
     explanation: "SECRET-EXPLANATION of {{ M }}."}
  - id: values
    kind: tensor
    prompt: Which values?
    layer: Identity()
    input: [[[[30001, 30002]]]]
  - id: letter
    kind: choice
    prompt: Which?
    options:
      - {text: one, correct: true}
      - {text: two, feedback: SECRET-FEEDBACK}
  - id: fit
    kind: settings
    prompt: Which stride and padding?
    layer: Conv2d(1, 1, 3, stride=stride, padding=padding)
    unknowns: [stride, padding]
    input: [1, 1, 7, 7]
    output: [3, 3]
    misconceptions: {m: {answer: 1, message: SECRET-MESSAGE}}
"""
)
WRITE = (
    HEAD
    + """\
questions:
  - {id: f, kind: code, prompt: Add., signature: "(x: int) -> int"}
  - id: Net
    kind: code
    prompt: Make a module.
    starter: |
      class Net(nn.Module):
          def forward(self, x: Tensor) -> Tensor:
              ...
"""
)
SECRETS = ["SECRET", "40007", "30001", "30002", "solution", "wrong"]


def small_course(root: Path, **files: Any) -> LoadedCourse:
    """Return the course; `files` go beside its second exercise."""
    loaded = course(root, TOP, exercise_1=QUIZ, exercise_2=WRITE)
    reference = REFERENCE + "\n\nclass Net:  # SECRET-REFERENCE\n    ...\n"
    beside = {"reference_py": reference, "checks_py": CHECKS, "visible_checks_py": VISIBLE, **files}
    write(root / "exercises/exercise-2", **beside)
    return loaded
