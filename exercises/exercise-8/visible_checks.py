"""Visible checks of exercise-8: students see and run them. The numbers are small enough for paper."""

from functools import partial

import torch
from torch.testing import assert_close

values_close = partial(assert_close, check_dtype=False)  # a hidden check tests the dtype

IMAGE = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
KERNEL = torch.tensor([[1.0, 0.0], [0.0, 2.0]])


def test_dot_convolve_small_image(student):
    """An image of two rows and three columns."""
    values_close(student.dot_convolve(IMAGE, KERNEL), torch.tensor([[11.0, 14.0]]))


def test_patches_example(student):
    """The example from the question."""
    expected = torch.tensor([[1.0, 2.0, 4.0, 5.0], [2.0, 3.0, 5.0, 6.0]])
    values_close(student.patches(IMAGE, 2), expected)


def test_matmul_convolve_small_image(student):
    """An image of two rows and three columns."""
    values_close(student.matmul_convolve(IMAGE, KERNEL), torch.tensor([[11.0, 14.0]]))


def test_convolve_small_image(student):
    """One small image with one channel, stride and padding left out."""
    output = student.convolve(IMAGE.reshape(1, 1, 2, 3), KERNEL.reshape(1, 1, 2, 2))
    values_close(output, torch.tensor([[[[11.0, 14.0]]]]))


def test_convolve_small_padding(student):
    """A single cell with a padding of 1."""
    output = student.convolve(torch.tensor([[[[3.0]]]]), KERNEL.reshape(1, 1, 2, 2), padding=1)
    values_close(output, torch.tensor([[[[6.0, 0.0], [0.0, 3.0]]]]))
