"""Visible checks of optimisers, which students receive."""

import torch
from torch.testing import assert_close


def test_sgd_of_an_example(student):
    """One step that begins with a velocity."""
    w, v = student.sgd(torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([4.0]), 0.1, 0.5)
    assert_close(v, torch.tensor([4.0]))
    assert_close(w, torch.tensor([0.6]))


def test_adam_first_step(student):
    """The first step, which is as long as the learning rate."""
    zero = torch.zeros(2)
    w, m, s = student.adam(torch.ones(2), torch.tensor([0.5, -8.0]), zero, zero, 1, 0.1, 0.9, 0.99, 1e-8)
    assert_close(w, torch.tensor([0.9, 1.1]))
    assert_close(m, torch.tensor([0.05, -0.8]))
    assert_close(s, torch.tensor([0.0025, 0.64]))
