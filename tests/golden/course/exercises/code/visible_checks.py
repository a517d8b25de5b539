"""Checks that students see. Their inputs are no secret."""

import torch
from torch.testing import assert_close


def test_double_one(student):
    """A single one."""
    assert_close(student.double(torch.ones(1)), torch.tensor([2.0]))
