"""Visible checks of debugging, which students receive."""

import torch
from torch.testing import assert_close


def test_accuracy_of_an_example(student):
    """Three of four examples are right."""
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 3.0, 1.0], [5.0, 4.0, 6.0], [1.0, 0.0, 0.5]])
    assert_close(student.accuracy(logits, torch.tensor([0, 1, 2, 1])), torch.tensor(0.75))
