"""Visible checks of exercise-7: students see and run them."""

import torch
from torch.testing import assert_close


def test_zero_conv_kernel_has_four_dimensions(student):
    """The weight is a 3x3 kernel of zeros, for one input channel and one output channel."""
    assert_close(student.zero_conv.weight, torch.zeros(1, 1, 3, 3))


def test_zero_conv_takes_an_image(student):
    """A 4x4 image goes in, a 2x2 output of zeros comes out."""
    assert_close(student.zero_conv(torch.ones(1, 1, 4, 4)), torch.zeros(1, 1, 2, 2))
