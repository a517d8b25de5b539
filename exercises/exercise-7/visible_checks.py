"""Visible checks of exercise-7: students see and run them."""

import torch
from torch.testing import assert_close

from .picture import picture  # it reads picture.pgm


def test_zero_conv_kernel_has_four_dimensions(student):
    """The weight is a 3x3 kernel of zeros, for one input channel and one output channel."""
    assert_close(student.zero_conv.weight, torch.zeros(1, 1, 3, 3))


def test_zero_conv_takes_an_image(student):
    """A 4x4 image goes in, a 2x2 output of zeros comes out."""
    assert_close(student.zero_conv(torch.ones(1, 1, 4, 4)), torch.zeros(1, 1, 2, 2))


def test_blur_softens_a_side_of_the_square(student):
    """The output is as large as the picture, and at the left side of the square it rises in steps."""
    output = student.blur(picture())
    assert tuple(output.shape) == (1, 1, 64, 64)
    steps = torch.tensor([40.0, 40 + 160 / 3, 40 + 320 / 3, 200.0])
    assert_close(output[0, 0, 12, 4:8], steps, rtol=1e-4, atol=1e-3)


def test_edges_shows_two_sides_of_the_square(student):
    """The output is as large as the picture; the square's left side is positive, its right side negative."""
    output = student.edges(picture())
    assert tuple(output.shape) == (1, 1, 64, 64)
    sides = torch.zeros(28)
    sides[1:3], sides[25:27] = 160.0, -160.0
    assert_close(output[0, 0, 12, 4:32], sides, rtol=1e-4, atol=1e-3)
