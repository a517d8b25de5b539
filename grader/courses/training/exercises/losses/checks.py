"""Hidden checks of losses."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close


def logits(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return real numbers of usual size, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + len(shape))
    return torch.randn(shape, generator=generator, dtype=dtype) * 2


def targets(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return zeros and ones, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 17 + len(shape))
    return (torch.rand(shape, generator=generator) < 0.4).to(dtype)


def test_logsumexp_usual(student):
    """A batch of usual logits."""
    x = logits(5, 3)
    assert_close(student.logsumexp(x), x.logsumexp(-1))


def test_logsumexp_square(student):
    """As many rows as columns."""
    x = logits(4, 4)
    assert_close(student.logsumexp(x), x.logsumexp(-1))


@pytest.mark.points(2)
def test_logsumexp_large(student):
    """Numbers of 1000 and of -1000, each in rows of their own."""
    x = torch.tensor([[1000.0, 999.0, -5.0], [-1000.0, -1001.0, -1000.5], [3.0, 0.0, 1.0]])
    assert_close(student.logsumexp(x), x.logsumexp(-1))


def test_logsumexp_dimensions(student):
    """One row alone, and three dimensions in double precision."""
    for x in (logits(6), logits(2, 3, 5, dtype=torch.float64)):
        assert_close(student.logsumexp(x), x.logsumexp(-1))


def test_bce_usual(student):
    """A batch of usual logits."""
    z, y = logits(9), targets(9)
    assert_close(student.bce(z, y), torch.nn.functional.binary_cross_entropy_with_logits(z, y))


@pytest.mark.points(2)
def test_bce_large(student):
    """Logits of 1000 and -1000, for both targets."""
    for z, y in ((1000.0, 1.0), (1000.0, 0.0), (-1000.0, 1.0), (-1000.0, 0.0)):
        pair = torch.tensor([z, 0.5]), torch.tensor([y, 1.0])
        assert_close(student.bce(*pair), torch.nn.functional.binary_cross_entropy_with_logits(*pair))


def test_bce_matrix(student):
    """A matrix of logits, in double precision."""
    z, y = logits(4, 3, dtype=torch.float64), targets(4, 3, dtype=torch.float64)
    assert_close(student.bce(z, y), torch.nn.functional.binary_cross_entropy_with_logits(z, y))


def test_bce_soft(student):
    """Targets between 0 and 1."""
    z, y = logits(7), torch.linspace(0, 1, 7)
    assert_close(student.bce(z, y), torch.nn.functional.binary_cross_entropy_with_logits(z, y))
