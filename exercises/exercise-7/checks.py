"""Hidden checks of exercise-7."""

import pytest
import torch
from torch.testing import assert_close


def test_zero_conv_weight(student):
    """The numbers of the kernel."""
    assert_close(student.zero_conv.weight, torch.zeros(1, 1, 3, 3))


def test_zero_conv_bias(student, reference):
    """An image of zeros, where only the bias shows."""
    image = torch.zeros(1, 1, 4, 4)
    assert_close(student.zero_conv(image), reference.zero_conv(image))


@pytest.mark.points(2)
def test_zero_conv_on_the_image_of_the_exercise(student, reference, params):
    """The random 4x4 image."""
    image = torch.tensor(params["image"], dtype=torch.float32).reshape(1, 1, 4, 4)
    assert_close(student.zero_conv(image), reference.zero_conv(image))


@pytest.mark.points(2)
def test_zero_conv_on_several_images(student, reference):
    """A batch of rectangular images with large and negative cells."""
    images = (torch.arange(105.0) * 37 % 101 - 50).reshape(3, 1, 5, 7)
    assert_close(student.zero_conv(images), reference.zero_conv(images))
