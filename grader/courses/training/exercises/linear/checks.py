"""Hidden checks of linear."""

import torch
from torch import Tensor
from torch.testing import assert_close


def numbers(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return whole numbers, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + len(shape))
    return torch.randint(-6, 7, shape, generator=generator).to(dtype)


def test_linear_batch(student, reference):
    """A batch of examples, more outputs than inputs."""
    x, weight, bias = numbers(6, 3), numbers(5, 3), numbers(5) + 0.5
    assert_close(student.linear(x, weight, bias), reference.linear(x, weight, bias))


def test_linear_square(student, reference):
    """As many outputs as inputs, and a weight without symmetry."""
    x, bias = numbers(2, 3), torch.tensor([1.0, -2.0, 5.0])
    weight = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, -9.0]])
    assert_close(student.linear(x, weight, bias), reference.linear(x, weight, bias))


def test_linear_no_bias_given(student, reference):
    """A layer without a bias."""
    x, weight = numbers(4, 5), numbers(2, 5)
    assert_close(student.linear(x, weight), reference.linear(x, weight))
    assert_close(student.linear(x, weight, None), reference.linear(x, weight))


def test_linear_dimensions(student, reference):
    """One example alone, and batches of sequences, in double precision."""
    weight, bias = numbers(2, 4, dtype=torch.float64) / 3, numbers(2, dtype=torch.float64) + 1000
    for shape in ((4,), (3, 5, 4)):
        x = numbers(*shape, dtype=torch.float64)
        assert_close(student.linear(x, weight, bias), reference.linear(x, weight, bias))


def test_linear_zero_bias(student, reference):
    """A bias of zeros counts as a bias, and views count as tensors."""
    x, weight, bias = numbers(3, 4).T, numbers(3, 6).T, torch.zeros(6)
    assert_close(student.linear(x, weight, bias), reference.linear(x, weight, bias))
