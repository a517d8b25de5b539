"""Hidden checks of loader."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close


def shuffled(n: int) -> Tensor:
    """Return an order of n rows, the same every time."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(n))


@pytest.mark.parametrize(("n", "size"), [(7, 3), (8, 4), (3, 5), (4, 1)])
@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_of_all_sizes(student, reference, n, size, drop_last):
    """Batches that come out even, and others, with and without the last one."""
    x = torch.arange(3.0 * n).reshape(n, 3)
    mine = student.batches(x, size, shuffled(n), drop_last)
    right = reference.batches(x, size, shuffled(n), drop_last)
    assert len(mine) == len(right)
    assert_close(list(mine), right)


def test_batches_keep_the_last_one(student, reference):
    """Nothing is dropped unless it is asked for; whole numbers stay whole."""
    x = torch.arange(10).reshape(10, 1)
    assert_close(list(student.batches(x, 4, shuffled(10))), reference.batches(x, 4, shuffled(10)))


@pytest.mark.parametrize(("n", "length"), [(9, 3), (6, 1), (5, 4)])
def test_Windows_all(student, reference, n, length):
    """Every example of a series, and how many there are."""
    series = torch.arange(float(n)) ** 2
    mine, right = student.Windows(series, length), reference.Windows(series, length)
    assert len(mine) == len(right)
    for i in range(len(right)):
        assert_close(mine[i], right[i])


def test_Windows_double(student, reference):
    """Double precision, and a length of the student's own variant."""
    series = torch.linspace(-1, 1, 20, dtype=torch.float64)
    assert_close(student.Windows(series, 9)[10], reference.Windows(series, 9)[10])
