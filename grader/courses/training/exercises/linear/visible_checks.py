"""Visible checks of linear, which students receive."""

import torch
from torch.testing import assert_close


def test_linear_of_an_example(student):
    """Two examples with three features, and two outputs."""
    x = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
    weight = torch.tensor([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]])
    bias = torch.tensor([10.0, 20.0])
    assert_close(student.linear(x, weight, bias), torch.tensor([[17.0, 21.0], [8.0, 21.0]]))
