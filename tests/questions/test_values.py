"""What counts as a tensor, and what it is called."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from grader.examiner.diagnosis import same
from grader.examiner.difference import difference
from grader.questions.values import describe, is_array, is_tensor, plain

ONES = torch.ones(2, 2)
TENSORS = [
    ONES,
    torch.nn.Parameter(ONES.clone()),
    torch.nn.Parameter(ONES.clone(), requires_grad=False),
    ONES.as_subclass(type("Own", (torch.Tensor,), {})),  # of a reference or a check
    next(torch.nn.Linear(2, 2).parameters()).detach().fill_(1.0),
]


@pytest.mark.parametrize("tensor", TENSORS)
def test_a_tensor_of_any_class_is_a_tensor(tensor: Any) -> None:
    assert is_tensor(tensor)
    assert is_array(tensor)
    assert describe(tensor) == "a tensor of shape 2x2"
    assert plain(tensor, "x") == [[1, 1], [1, 1]]
    assert same(tensor, ONES)
    assert same(ONES, tensor)
    assert difference(ONES + 1, tensor, visible=True).startswith("At [0, 0] the result is 2, not 1; 0 of 4")
    assert (
        difference(tensor.detach()[0], tensor, visible=False) == "The result does not have the right shape."
    )


@pytest.mark.parametrize("other", [np.ones(2), [1.0], 1, None, torch.Size([2]), torch.float32, torch.Tensor])
def test_nothing_else_is_a_tensor(other: Any) -> None:
    assert not is_tensor(other)


def test_torch_is_not_imported_to_find_out() -> None:
    program = "from grader.questions.values import describe; import sys; describe([1]); print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
