"""Hidden checks of autograd."""

import torch
from torch import Tensor
from torch.testing import assert_close


def numbers(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return whole numbers, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + len(shape))
    return torch.randint(-6, 7, shape, generator=generator).to(dtype)


def by_autograd(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient as torch computes it."""
    known = weight.clone().requires_grad_()
    ((x @ known - y) ** 2).mean().backward()
    assert known.grad is not None
    return known.grad


def test_mse_gradient_more_examples(student):
    """More examples than features."""
    data = numbers(3), numbers(8, 3), numbers(8) + 0.5
    assert_close(student.mse_gradient(*data), by_autograd(*data))


def test_mse_gradient_more_features(student):
    """More features than examples."""
    data = numbers(6), numbers(2, 6), numbers(2) - 20
    assert_close(student.mse_gradient(*data), by_autograd(*data))


def test_mse_gradient_square(student):
    """As many features as examples, in a table that is a view."""
    data = numbers(4), numbers(4, 9)[:, ::2][:, 1:].T, numbers(4) * 100
    assert_close(student.mse_gradient(*data), by_autograd(*data))


def test_mse_gradient_double(student):
    """Double precision."""
    x = numbers(5, 2, dtype=torch.float64) / 7
    data = numbers(2, dtype=torch.float64) / 3, x, numbers(5, dtype=torch.float64)
    assert_close(student.mse_gradient(*data), by_autograd(*data))


def test_mse_gradient_at_the_minimum(student):
    """Weights without any error, whose gradient is 0."""
    weight, x = numbers(3), numbers(5, 3)
    assert_close(student.mse_gradient(weight, x, x @ weight), torch.zeros(3))
