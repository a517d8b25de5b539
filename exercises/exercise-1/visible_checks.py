"""Visible checks of exercise-1: students see and run them."""

import torch
from torch.testing import assert_close

KERNEL = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])


def test_conv_kernel_has_four_dimensions(student):
    """The weight is the 3x3 kernel, for one input channel and one output channel."""
    assert_close(student.conv.weight, KERNEL.reshape(1, 1, 3, 3))


def test_conv_takes_an_image(student):
    """A 5x5 image of zeros goes in, a 3x3 output of zeros comes out."""
    assert_close(student.conv(torch.zeros(1, 1, 5, 5)), torch.zeros(1, 1, 3, 3))
