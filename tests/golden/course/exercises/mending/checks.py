"""Hidden checks."""

import torch
from torch.testing import assert_close

X = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [2.0, 2.0]])
Y = torch.tensor([1.0, 2.0, -3.0, 0.5])


def test_step_from_zero(student, reference):
    """A step from a weight of zeros."""
    assert_close(
        student.step(weight=torch.zeros(2), x=X, y=Y, lr=0.1),
        reference.step(weight=torch.zeros(2), x=X, y=Y, lr=0.1),
    )


def test_step_of_three_rows(student, reference):
    """Another number of rows."""
    weight = torch.tensor([0.5, -1.0])
    assert_close(student.step(weight, X[:3], Y[:3], 0.05), reference.step(weight, X[:3], Y[:3], 0.05))


def test_step_whole_rate(student, reference):
    """A learning rate of two."""
    weight = torch.tensor([3.0, 1.0])
    assert_close(student.step(weight, X[1:], Y[1:], 2), reference.step(weight, X[1:], Y[1:], 2))
