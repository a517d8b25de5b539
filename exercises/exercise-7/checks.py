"""Hidden checks of exercise-7."""

from functools import partial

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from .picture import picture

close = partial(assert_close, rtol=1e-4, atol=1e-3)  # sums of ninths, in any order


def varied() -> Tensor:
    """Return a batch of rectangular images with large and negative cells, views of another tensor."""
    return ((torch.arange(105.0) * 37 % 101 - 50) * 20).reshape(3, 1, 5, 7).mT


# zero_conv


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
    assert_close(student.zero_conv(varied()), reference.zero_conv(varied()))


# blur


@pytest.mark.points(2)
def test_blur_picture(student, reference):
    """The whole picture."""
    close(student.blur(picture()), reference.blur(picture()))


@pytest.mark.points(2)
def test_blur_one_cell(student, reference):
    """A single light cell, which spreads to its neighbours."""
    image = torch.zeros(1, 1, 5, 6)
    image[0, 0, 1, 3] = 90
    close(student.blur(image), reference.blur(image))


@pytest.mark.points(2)
def test_blur_several_images(student, reference):
    """A batch of rectangular images with large and negative cells."""
    close(student.blur(varied()), reference.blur(varied()))


# edges


@pytest.mark.points(2)
def test_edges_picture(student, reference):
    """The whole picture."""
    close(student.edges(picture()), reference.edges(picture()))


@pytest.mark.points(2)
def test_edges_one_cell(student, reference):
    """A single light cell, which shows on both of its sides."""
    image = torch.zeros(1, 1, 5, 6)
    image[0, 0, 1, 3] = 90
    close(student.edges(image), reference.edges(image))


@pytest.mark.points(2)
def test_edges_several_images(student, reference):
    """A batch of rectangular images with large and negative cells."""
    close(student.edges(varied()), reference.edges(varied()))
