"""Hidden checks of exercise-10. The inputs of functions are whole numbers, so float32 is exact."""

from functools import partial

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

values_close = partial(assert_close, check_dtype=False)  # one check of each question tests the dtype


def grid(*shape: int, low: int = -9, high: int = 9, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return whole numbers without any symmetry, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + len(shape))
    return torch.randint(low, high + 1, shape, generator=generator).to(dtype)


# one_by_one


def test_one_by_one_fewer_channels(student, reference):
    """Four channels become two, on a rectangular image."""
    image, weight = grid(1, 4, 3, 5), grid(2, 4)
    values_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


@pytest.mark.points(2)
def test_one_by_one_same_channels(student, reference):
    """As many output channels as input channels, and a weight without symmetry."""
    image, weight = grid(1, 3, 4, 2), torch.tensor([[1.0, 2.0, 0.0], [0.0, 3.0, -1.0], [5.0, 0.0, 4.0]])
    values_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


@pytest.mark.points(2)
def test_one_by_one_batch(student, reference):
    """A batch of three different images with large cells."""
    image, weight = grid(3, 2, 4, 5) * 100, grid(5, 2) * 10
    values_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


def test_one_by_one_all_sizes_equal(student, reference):
    """Batch, channels, height and width are all the same number."""
    image, weight = grid(3, 3, 3, 3), torch.tensor([[2.0, -1.0, 0.0], [0.0, 1.0, 7.0], [3.0, 5.0, 1.0]])
    values_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


def test_one_by_one_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    for dtype in (torch.float64, torch.float32):
        image, weight = grid(1, 2, 3, 4, dtype=dtype) / 3, grid(3, 2, dtype=dtype)
        assert_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


def test_one_by_one_views(student, reference):
    """An image and a weight that are views of other tensors."""
    image, weight = grid(2, 5, 4, 3).permute(0, 3, 1, 2), grid(3, 2).T
    values_close(student.one_by_one(image, weight), reference.one_by_one(image, weight))


# max_pool


def test_max_pool_that_divides(student, reference):
    """Windows of 2x2 that fill a rectangular image."""
    image = grid(1, 1, 4, 6)
    values_close(student.max_pool(image, 2), reference.max_pool(image, 2))


def test_max_pool_larger_windows(student, reference):
    """Windows of 3x3."""
    image = grid(1, 1, 9, 6)
    values_close(student.max_pool(image, 3), reference.max_pool(image, 3))


@pytest.mark.points(2)
def test_max_pool_that_does_not_divide(student, reference):
    """Rows and columns are left over, and the largest cells lie in them."""
    image = torch.arange(56.0).reshape(1, 1, 7, 8) * 100
    values_close(student.max_pool(image, 3), reference.max_pool(image, 3))


@pytest.mark.points(2)
def test_max_pool_negative(student, reference):
    """An image of negative cells only."""
    image = grid(1, 1, 4, 5, low=-900, high=-300)
    values_close(student.max_pool(image, 2), reference.max_pool(image, 2))


@pytest.mark.points(2)
def test_max_pool_batch_and_channels(student, reference):
    """Two images with three channels each."""
    image = grid(2, 3, 5, 4)
    values_close(student.max_pool(image, 2), reference.max_pool(image, 2))


def test_max_pool_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    for dtype in (torch.float64, torch.float32):
        image = grid(1, 1, 4, 4, dtype=dtype) / 3
        assert_close(student.max_pool(image, 2), reference.max_pool(image, 2), rtol=0, atol=0)


def test_max_pool_views(student, reference):
    """Images that are views of another tensor."""
    image = grid(2, 6, 5, 2).permute(0, 3, 2, 1)
    values_close(student.max_pool(image, 2), reference.max_pool(image, 2))


# Block: each block has its own random weights, so the expected output is computed from them here.


def expected(block, image: Tensor) -> Tensor:
    """Return the output that a block with these weights must give."""
    weight, bias = block.conv.weight, block.conv.bias
    return F.max_pool2d(F.relu(F.conv2d(image, weight, bias, padding=1)), 2).detach()


@pytest.mark.points(2)
def test_Block_values(student):
    """A square image with a few channels."""
    block, image = student.Block(2, 32), grid(1, 2, 8, 8)
    values_close(block(image), expected(block, image))


@pytest.mark.points(2)
def test_Block_batch(student):
    """A batch of rectangular images with odd sides and large cells, views of another tensor."""
    block, image = student.Block(3, 32), grid(4, 3, 9, 7).mT * 10
    values_close(block(image), expected(block, image), rtol=1e-4, atol=1e-3)


def test_Block_nothing_negative(student):
    """No negative value comes out, whatever goes in."""
    output = student.Block(1, 64)(grid(2, 1, 6, 6, low=-9, high=0))
    assert tuple(output.shape) == (2, 64, 3, 3)
    assert bool((output >= 0).all())


def test_Block_one_channel(student):
    """One channel goes in, one comes out, with the dtype of the image."""
    block, image = student.Block(1, 1), grid(1, 1, 4, 6)
    assert_close(block(image), expected(block, image))


def test_Block_each_has_its_own_weights(student):
    """Two blocks in one program."""
    first, second = student.Block(2, 4), student.Block(2, 4)
    assert not torch.equal(first.conv.weight, second.conv.weight)
