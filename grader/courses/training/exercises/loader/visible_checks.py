"""Visible checks of loader, which students receive."""

import torch
from torch.testing import assert_close


def test_batches_of_an_example(student):
    """Five rows in batches of two, in another order."""
    x, order = torch.arange(10.0).reshape(5, 2), torch.tensor([4, 0, 3, 1, 2])
    parts = student.batches(x, 2, order)
    assert [len(part) for part in parts] == [2, 2, 1]
    assert_close(parts[0], torch.tensor([[8.0, 9.0], [0.0, 1.0]]))


def test_Windows_of_an_example(student):
    """The first window of a short series."""
    window, target = student.Windows(torch.tensor([5.0, 6.0, 7.0, 8.0]), 2)[0]
    assert_close(window, torch.tensor([5.0, 6.0]))
    assert_close(target, torch.tensor(7.0))
