"""Visible checks of losses, which students receive."""

import math

import torch
from torch.testing import assert_close


def test_logsumexp_of_equal_numbers(student):
    """Two rows of equal numbers."""
    x = torch.tensor([[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    assert_close(student.logsumexp(x), torch.tensor([math.log(4), 1 + math.log(4)]))


def test_bce_of_undecided_logits(student):
    """Logits of 0, whose loss is log(2)."""
    assert_close(student.bce(torch.zeros(3), torch.tensor([0.0, 1.0, 1.0])), torch.tensor(math.log(2)))
