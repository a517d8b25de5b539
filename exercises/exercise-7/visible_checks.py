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


def test_blur_keeps_the_size(student):
    """A picture of 64x64 cells goes in, and one of 64x64 cells comes out."""
    assert tuple(student.blur(picture()).shape) == (1, 1, 64, 64)


def test_blur_keeps_flat_areas(student):
    """In the middle of the square, where all cells are 200, nothing changes."""
    inside = student.blur(picture())[:, :, 10:26, 8:28]
    assert_close(inside, torch.full((1, 1, 16, 20), 200.0), rtol=1e-4, atol=1e-3)


def test_edges_keeps_the_size(student):
    """A picture of 64x64 cells goes in, and one of 64x64 cells comes out."""
    assert tuple(student.edges(picture()).shape) == (1, 1, 64, 64)


def test_edges_shows_the_sides_of_the_square(student):
    """In a row of the square, the left side is positive, the right side negative, the middle zero."""
    row = student.edges(picture())[0, 0, 12, 4:32]
    sides = torch.zeros(28)
    sides[1:3], sides[25:27] = 160.0, -160.0
    assert_close(row, sides, rtol=1e-4, atol=1e-3)
