"""What hidden checks never vary: wrong code that agrees on special inputs passes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

from grader.proof.inputs import Witness, never_varied, none_yet
from tests.conftest import Run
from tests.course.building import write

UNEVEN = torch.tensor([[1.0, 2.0, -1.0], [0.0, 4.0, 3.0]])


def told(*images: Tensor, numbers: tuple[int, ...] = (1, 2)) -> str:
    """Return what is never varied, where a function is handed these images and numbers."""
    module = ModuleType("reference")
    exec("def f(image, number): return image", vars(module))
    inputs = none_yet()
    witness = Witness(module, inputs)
    for index, image in enumerate(images):
        assert witness.f(image, number=numbers[index % len(numbers)]) is image
    return "".join(never_varied(inputs))


VARIED = (UNEVEN, 100 * torch.tensor([[1.0, -3.0, 7.0], [2.0, 0.0, 5.0], [9.0, 8.0, 1.0]]).double().T)


def test_nothing_is_told_of_inputs_that_vary_in_everything() -> None:
    assert told(*VARIED) == ""


SAME: dict[str, Callable[[Tensor], Tensor]] = {
    "dtype": lambda image: image.float(),
    "contiguity": lambda image: image.contiguous(),
    "sign": lambda image: image.abs(),
    "magnitude": lambda image: image / image.abs().max(),
    "symmetry": lambda image: image + image.flip(-1),
}


@pytest.mark.parametrize("what", SAME)
def test_what_is_the_same_in_all_inputs_is_told(what: str) -> None:
    assert f"`image`: {what}, " in told(*map(SAME[what], VARIED))


@pytest.mark.parametrize(
    ("images", "what"),
    [
        ((UNEVEN, 100 * UNEVEN.double()), "size, always 2x3"),
        ((torch.eye(2), torch.eye(3)), "size, always square"),
        ((torch.ones(1, 2, 3, 4), torch.ones(1, 3, 4, 3)), "batch (size 0), always 1"),
        ((torch.ones(1, 2, 3, 4), torch.ones(2, 2, 4, 3)), "channels (size 1), always 2"),
    ],
)
def test_sizes_that_are_the_same(images: tuple[Tensor, ...], what: str) -> None:
    assert f"`image`: {what}" in told(*images)


def test_a_number_that_is_always_the_same_is_told() -> None:
    assert told(*VARIED, numbers=(1,)) == "f: hidden checks never vary: `number`: always 1."


YAML = """\
format: 1
title: T
questions:
  - {id: Layer, kind: code, prompt: P, starter: "class Layer: ...", hints: [h]}
  - {id: double, kind: code, prompt: P, signature: "(x: Tensor) -> Tensor", hints: [h]}
"""
REFERENCE = """\
from torch import Tensor, nn


class Layer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1


def double(x: Tensor) -> Tensor:
    return 2 * x
"""
CHECKS = """\
import torch


def test_Layer(student):
    '''A square.'''
    assert student.Layer()(torch.ones(2, 2)).tolist() == [[2, 2], [2, 2]]


def test_double(student):
    '''A row.'''
    assert student.double(torch.tensor([1.0, -4.0])).tolist() == [2, -8]
"""


def test_course_check_notes_it_for_functions_and_classes(tmp_path: Path, course: Run) -> None:
    write(tmp_path, course_yaml="format: 1\ntitle: T\nseed: s\nexercises: [one]\n")
    write(tmp_path / "exercises/one", exercise_yaml=YAML, reference_py=REFERENCE, checks_py=CHECKS)
    (one,) = json.loads(course(tmp_path, "check", "--json", "--variants", "1").out)["exercises"]
    notes = [note for note in one["notes"] if "never vary" in note]
    assert [note.partition(":")[0] for note in notes] == ["Layer", "double"]
    assert "`x`: size, always 2x2" in notes[0]
    assert "`x`: symmetry, always symmetric" in notes[0]
    assert "`x`: dtype, always float32" in notes[1]
    assert "sign" not in notes[1]
