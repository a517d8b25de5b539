"""Checks of exercise-1 that students see and run."""

import torch


def test_conv_kernel_has_four_dimensions(student):
    """The weight is a 3x3 kernel for one channel in and one channel out."""
    assert tuple(student.conv.weight.shape) == (1, 1, 3, 3)


def test_conv_takes_an_image(student):
    """A 5x5 image goes in, a 3x3 output comes out."""
    assert tuple(student.conv(torch.zeros(1, 1, 5, 5)).shape) == (1, 1, 3, 3)
