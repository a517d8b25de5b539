"""Hidden checks. No report may hold a number with 31.25 or 4711 in it."""

import torch
from torch.testing import assert_close

SECRET = torch.tensor([[31.25, -31.25], [0.0, 31.25]])


def test_double_matrix(student, reference):
    """A matrix with negative numbers and a zero."""
    assert_close(student.double(SECRET), reference.double(SECRET))


def test_double_keeps_the_dtype(student, reference):
    """Whole numbers stay whole numbers."""
    assert_close(student.double(torch.tensor([4711])), reference.double(torch.tensor([4711])))


def test_spin_far(student, reference):
    """A larger number."""
    assert student.spin(4711) == reference.spin(4711)


def test_Doubler_forward(student, reference):
    """The module called with a matrix."""
    assert_close(student.Doubler()(SECRET), reference.Doubler()(SECRET).detach())


def test_Doubler_weight(student):
    """The weight of a fresh module."""
    assert_close(student.Doubler().weight, torch.tensor(2.0))
