"""Visible checks of exercise-10: students see and run them."""

from functools import partial

import torch
from torch.testing import assert_close

values_close = partial(assert_close, check_dtype=False)  # a hidden check tests the dtype


def test_one_by_one_single_cell(student):
    """A one-cell image with two channels."""
    image = torch.tensor([3.0, 5.0]).reshape(1, 2, 1, 1)
    weight = torch.tensor([[1.0, 2.0], [10.0, 0.0], [0.0, -1.0]])
    expected = torch.tensor([13.0, 30.0, -5.0]).reshape(1, 3, 1, 1)
    values_close(student.one_by_one(image, weight), expected)


def test_max_pool_two_windows(student):
    """Two windows side by side."""
    image = torch.tensor([[[[1.0, 4.0, 2.0, 0.0], [3.0, 2.0, 7.0, 5.0]]]])
    values_close(student.max_pool(image, 2), torch.tensor([[[[4.0, 7.0]]]]))


def test_Block_is_made_with_two_numbers(student):
    """The weight of the convolution has the right shape."""
    assert tuple(student.Block(3, 8).conv.weight.shape) == (8, 3, 3, 3)


def test_Block_halves_the_image(student):
    """A 6x8 image goes in, a 3x4 output comes out."""
    assert tuple(student.Block(3, 8)(torch.ones(1, 3, 6, 8)).shape) == (1, 8, 3, 4)
