"""Visible checks of attention, which students receive."""

import torch
from torch.testing import assert_close


def test_attention_of_an_example(student):
    """A query that fits two keys equally well, and a third that is hidden from it."""
    q, k = torch.tensor([[1.0, 1.0]]), torch.tensor([[2.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    v, mask = torch.tensor([[10.0], [20.0], [90.0]]), torch.tensor([[True, True, False]])
    assert_close(student.attention(q, k, v, mask), torch.tensor([[15.0]]))
