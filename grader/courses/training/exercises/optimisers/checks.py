"""Hidden checks of optimisers: torch's own optimisers say what is right."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close


def numbers(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return real numbers, the same every time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def stepped(optimizer: torch.optim.Optimizer, weight: Tensor, gradients: list[Tensor]) -> Tensor:
    """Return the weight after steps of one of torch's optimisers."""
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
    return weight.detach()


def test_sgd_plain(student):
    """Without momentum, a step of plain SGD."""
    w, g = numbers(4), numbers(4, seed=1)
    after, v = student.sgd(w, g, numbers(4, seed=2), 0.3, 0.0)
    assert_close(after, w - 0.3 * g)
    assert_close(v, g)


@pytest.mark.points(2)
def test_sgd_three_steps(student):
    """Three steps give the weights of torch's SGD, whose learning rate changes."""
    start, gradients = numbers(2, 3), [numbers(2, 3, seed=seed) for seed in (1, 2, 3)]
    known = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([known], lr=0.2, momentum=0.8)
    w, v = start, torch.zeros(2, 3)
    for lr, gradient in zip((0.2, 0.05, 0.4), gradients, strict=True):
        optimizer.param_groups[0]["lr"] = lr
        expected = stepped(optimizer, known, [gradient]).clone()
        w, v = student.sgd(w, gradient, v, lr, 0.8)
        assert_close(w, expected)
        assert_close(v, optimizer.state[known]["momentum_buffer"])


def test_sgd_double(student, reference):
    """Double precision, and a momentum that is nearly 1."""
    w, g, v = (numbers(5, seed=seed, dtype=torch.float64) for seed in range(3))
    assert_close(student.sgd(w, g, v, 0.01, 0.99), reference.sgd(w, g, v, 0.01, 0.99))


@pytest.mark.points(2)
def test_adam_three_steps(student):
    """Three steps give the weights of torch's Adam."""
    start, gradients = numbers(2, 3), [numbers(2, 3, seed=seed) for seed in (1, 2, 3)]
    known = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([known], lr=0.1, betas=(0.8, 0.95), eps=1e-3)
    w, m, s = start, torch.zeros(2, 3), torch.zeros(2, 3)
    for t, gradient in enumerate(gradients, 1):
        expected = stepped(optimizer, known, [gradient]).clone()
        w, m, s = student.adam(w, gradient, m, s, t, 0.1, 0.8, 0.95, 1e-3)
        assert_close(w, expected)
        assert_close(m, optimizer.state[known]["exp_avg"])
        assert_close(s, optimizer.state[known]["exp_avg_sq"])


def test_adam_large_eps(student, reference):
    """A large eps shows where it is added."""
    w, g, m = (numbers(4, seed=seed) for seed in range(3))
    given = (w, g, m, numbers(4, seed=3) ** 2, 2, 0.5, 0.7, 0.6, 2.0)
    assert_close(student.adam(*given), reference.adam(*given))


def test_adam_gradient_of_zero(student, reference):
    """A gradient of 0 in the first step moves nothing, and the result is not `nan`."""
    zero, w = torch.zeros(3), numbers(3)
    given = (w, zero, zero, zero, 1, 0.1, 0.9, 0.999, 1e-8)
    assert_close(student.adam(*given), reference.adam(*given))


def test_adam_late(student, reference):
    """Step 50, in double precision."""
    w, g, m, s = (numbers(5, seed=seed, dtype=torch.float64) for seed in range(4))
    given = (w, g * 100, m, s.abs(), 50, 0.01, 0.9, 0.999, 1e-8)
    assert_close(student.adam(*given), reference.adam(*given))
