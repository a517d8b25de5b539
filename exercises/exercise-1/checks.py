"""Hidden checks of exercise-1."""

import pytest
import torch
from torch.testing import assert_close

KERNEL = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])


@pytest.mark.points(2)
def test_conv_weight(student):
    """The numbers of the kernel, each in the right place."""
    assert_close(student.conv.weight, KERNEL.reshape(1, 1, 3, 3))


@pytest.mark.points(1)
def test_conv_bias(student):
    """An image of zeros."""
    assert_close(student.conv(torch.zeros(1, 1, 4, 6)), torch.zeros(1, 1, 2, 4))


@pytest.mark.points(2)
def test_conv_on_the_image_of_the_exercise(student, reference, params):
    """The 5x5 image with one column of ones."""
    image = torch.tensor([params["row"]] * 5, dtype=torch.float32).reshape(1, 1, 5, 5)
    assert_close(student.conv(image), reference.conv(image))


@pytest.mark.points(2)
def test_conv_on_an_uneven_image(student, reference):
    """A rectangular image whose cells are all different."""
    image = (torch.arange(35.0) ** 2 % 17).reshape(1, 1, 5, 7)
    assert_close(student.conv(image), reference.conv(image))


@pytest.mark.points(1)
def test_conv_on_a_batch(student, reference):
    """Three images at once, with negative cells, as views of another tensor."""
    images = (torch.arange(60.0) * 7 % 11 - 5).reshape(3, 1, 5, 4).mT
    assert_close(student.conv(images), reference.conv(images))
