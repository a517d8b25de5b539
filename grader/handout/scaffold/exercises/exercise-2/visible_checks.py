"""Visible checks of exercise-2: students receive this file."""

import torch


def test_total_of_two_values(student):
    """The image [[1, 2]] has the sum 3."""
    assert student.total(torch.tensor([[1.0, 2.0]])) == 3
