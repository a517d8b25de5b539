"""Hidden checks of exercise-8. All values are small whole numbers, so float32 is exact."""

from functools import partial

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

values_close = partial(assert_close, check_dtype=False)  # one check of each question tests the dtype


def grid(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return whole numbers from -5 to 5 without any symmetry, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + len(shape))
    return torch.randint(-5, 6, shape, generator=generator).to(dtype)


UNEVEN = torch.tensor([[1.0, 2.0, -1.0], [0.0, 4.0, 3.0], [-2.0, 5.0, 7.0]])


# dot_convolve


def test_dot_convolve_square_image(student, reference):
    """A square image and a kernel without symmetry."""
    image = grid(5, 5)
    values_close(student.dot_convolve(image, UNEVEN), reference.dot_convolve(image, UNEVEN))


@pytest.mark.points(2)
def test_dot_convolve_wide_image(student, reference):
    """A rectangular image, wider than tall."""
    image = grid(4, 7)
    values_close(student.dot_convolve(image, UNEVEN), reference.dot_convolve(image, UNEVEN))


@pytest.mark.points(2)
def test_dot_convolve_rectangular_kernel(student, reference):
    """A rectangular kernel, taller than wide."""
    image, kernel = grid(6, 5), grid(3, 2)
    values_close(student.dot_convolve(image, kernel), reference.dot_convolve(image, kernel))


def test_dot_convolve_kernel_as_large_as_the_image(student, reference):
    """A kernel that fits in only one place."""
    image = grid(3, 3)
    values_close(student.dot_convolve(image, UNEVEN), reference.dot_convolve(image, UNEVEN))


def test_dot_convolve_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    for dtype in (torch.float64, torch.float32):
        image, kernel = grid(4, 5, dtype=dtype) / 3, UNEVEN.to(dtype)
        assert_close(student.dot_convolve(image, kernel), reference.dot_convolve(image, kernel))


def test_dot_convolve_large_values(student, reference):
    """Cells and sums far beyond 255."""
    image = grid(5, 4) * 1000 + 7
    values_close(student.dot_convolve(image, UNEVEN), reference.dot_convolve(image, UNEVEN))


def test_dot_convolve_views(student, reference):
    """An image and a kernel that are views of other tensors."""
    image, kernel = grid(6, 9).T[1:, ::2], grid(2, 3).T
    values_close(student.dot_convolve(image, kernel), reference.dot_convolve(image, kernel))


# patches


def test_patches_square_image(student, reference):
    """A square image whose cells are all different."""
    image = torch.arange(16.0).reshape(4, 4)
    values_close(student.patches(image, 2), reference.patches(image, 2))


@pytest.mark.points(2)
def test_patches_wide_image(student, reference):
    """A rectangular image, wider than tall."""
    image = torch.arange(24.0).reshape(4, 6)
    values_close(student.patches(image, 3), reference.patches(image, 3))


@pytest.mark.points(2)
def test_patches_high_image(student, reference):
    """A rectangular image, taller than wide."""
    image = torch.arange(28.0).reshape(7, 4)
    values_close(student.patches(image, 2), reference.patches(image, 2))


def test_patches_single_cells(student, reference):
    """Patches of one cell."""
    image = torch.arange(6.0).reshape(2, 3)
    values_close(student.patches(image, 1), reference.patches(image, 1))


def test_patches_whole_image(student, reference):
    """A patch as large as the image."""
    image = torch.arange(9.0).reshape(3, 3)
    values_close(student.patches(image, 3), reference.patches(image, 3))


def test_patches_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    for dtype in (torch.float64, torch.float32):
        image = grid(4, 5, dtype=dtype) / 3
        assert_close(student.patches(image, 2), reference.patches(image, 2), rtol=0, atol=0)


def test_patches_equal_and_negative_cells(student, reference):
    """An image with negative cells, in which some patches are the same."""
    image = torch.tensor([[-1.0, 2.0, -1.0, 2.0], [0.0, -3.0, 0.0, -3.0], [-1.0, 2.0, -1.0, 2.0]])
    values_close(student.patches(image, 2), reference.patches(image, 2))


def test_patches_views(student, reference):
    """An image that is a view of another tensor."""
    image = torch.arange(40.0).reshape(5, 8)[:, ::2].T
    values_close(student.patches(image, 2), reference.patches(image, 2))


# matmul_convolve


def test_matmul_convolve_square_image(student, reference):
    """A square image and a kernel without symmetry."""
    image = grid(5, 5)
    values_close(student.matmul_convolve(image, UNEVEN), reference.matmul_convolve(image, UNEVEN))


@pytest.mark.points(2)
def test_matmul_convolve_wide_image(student, reference):
    """A rectangular image, wider than tall."""
    image = grid(4, 8)
    values_close(student.matmul_convolve(image, UNEVEN), reference.matmul_convolve(image, UNEVEN))


@pytest.mark.points(2)
def test_matmul_convolve_high_image(student, reference):
    """A rectangular image, taller than wide."""
    image, kernel = grid(7, 3), torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    values_close(student.matmul_convolve(image, kernel), reference.matmul_convolve(image, kernel))


def test_matmul_convolve_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    image, kernel = grid(4, 5, dtype=torch.float64) / 7 + 1000, UNEVEN.double()
    kernel -= kernel.mean()  # the large numbers cancel out, and the rest is small
    assert_close(student.matmul_convolve(image, kernel), reference.matmul_convolve(image, kernel))
    image, kernel = grid(4, 5) / 3, UNEVEN.float()
    assert_close(student.matmul_convolve(image, kernel), reference.matmul_convolve(image, kernel))


def test_matmul_convolve_views(student, reference):
    """An image and a kernel that are views of other tensors."""
    image, kernel = grid(7, 10).T[:, 1:], UNEVEN.T
    values_close(student.matmul_convolve(image, kernel), reference.matmul_convolve(image, kernel))


# convolve


def test_convolve_plain(student, reference):
    """One image, one channel, a kernel without symmetry."""
    image, kernel = grid(1, 1, 5, 6), UNEVEN.reshape(1, 1, 3, 3)
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))


def test_convolve_rectangular(student, reference):
    """A rectangular image and a rectangular kernel."""
    image, kernel = grid(1, 1, 7, 5), grid(1, 1, 2, 4)
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))


@pytest.mark.points(2)
def test_convolve_channels_in(student, reference):
    """Three channels go in, one comes out."""
    image, kernel = grid(1, 3, 5, 6), grid(1, 3, 3, 2)
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))


@pytest.mark.points(2)
def test_convolve_channels_out(student, reference):
    """Two channels go in, four come out."""
    image, kernel = grid(1, 2, 6, 5), grid(4, 2, 2, 3)
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))


@pytest.mark.points(2)
def test_convolve_batch(student, reference):
    """A batch of three images with several channels."""
    image, kernel = grid(3, 2, 5, 4), grid(2, 2, 3, 2)
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))


def test_convolve_stride_that_divides(student, reference):
    """A stride of 2 that divides the room."""
    image, kernel = grid(1, 1, 7, 9), UNEVEN.reshape(1, 1, 3, 3)
    values_close(student.convolve(image, kernel, 2), reference.convolve(image, kernel, 2))


@pytest.mark.points(2)
def test_convolve_stride_that_does_not_divide(student, reference):
    """A stride of 3 that leaves out rows and columns."""
    image, kernel = grid(1, 2, 8, 7), grid(2, 2, 3, 2)
    values_close(student.convolve(image, kernel, stride=3), reference.convolve(image, kernel, stride=3))


@pytest.mark.points(2)
def test_convolve_stride_by_dimension(student, reference):
    """Different strides downwards and to the right."""
    image, kernel = grid(1, 1, 8, 9), grid(1, 1, 2, 3)
    values_close(
        student.convolve(image, kernel, stride=(1, 3)), reference.convolve(image, kernel, stride=(1, 3))
    )


@pytest.mark.points(2)
def test_convolve_padding(student, reference):
    """A padding of 2, an image without zeros and a kernel without symmetry."""
    image, kernel = torch.arange(1.0, 13.0).reshape(1, 1, 3, 4), UNEVEN.reshape(1, 1, 3, 3)
    values_close(student.convolve(image, kernel, padding=2), reference.convolve(image, kernel, padding=2))


@pytest.mark.points(2)
def test_convolve_padding_by_dimension(student, reference):
    """Padding left and right, but none above and below."""
    image, kernel = grid(1, 2, 4, 5), grid(1, 2, 3, 3)
    values_close(
        student.convolve(image, kernel, padding=(0, 2)), reference.convolve(image, kernel, padding=(0, 2))
    )


@pytest.mark.points(3)
def test_convolve_everything_together(student, reference):
    """Batch, channels, tuples for stride and padding, nothing square, and no stride that divides."""
    image, kernel = grid(2, 3, 7, 10), grid(4, 3, 2, 3)
    output = student.convolve(image, kernel, stride=(2, 4), padding=(1, 2))
    values_close(output, reference.convolve(image, kernel, stride=(2, 4), padding=(1, 2)))


def test_convolve_double(student, reference):
    """The dtype of the image: double precision stays double, and single stays single."""
    image, kernel = grid(1, 2, 5, 4, dtype=torch.float64) / 7 + 1000, grid(2, 2, 3, 2, dtype=torch.float64)
    kernel -= kernel.mean(dim=(1, 2, 3), keepdim=True)  # the large numbers cancel out, and the rest is small
    assert_close(student.convolve(image, kernel, padding=1), reference.convolve(image, kernel, padding=1))
    image, kernel = grid(1, 2, 5, 4), grid(2, 2, 3, 2)
    assert_close(student.convolve(image, kernel), reference.convolve(image, kernel))


def test_convolve_views(student, reference):
    """Images and a kernel that are views of other tensors."""
    image, kernel = grid(2, 6, 5, 3).permute(0, 3, 1, 2), grid(3, 3, 3, 4).permute(3, 2, 1, 0)[..., 1:]
    values_close(student.convolve(image, kernel), reference.convolve(image, kernel))
