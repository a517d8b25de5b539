"""Hidden checks of tensors."""

import torch
from torch import Tensor
from torch.testing import assert_close


def points(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return points, the same every time."""
    generator = torch.Generator().manual_seed(sum(shape) * 31 + shape[0])
    return torch.randint(-9, 10, shape, generator=generator).to(dtype)


def test_distances_more_on_the_left(student, reference):
    """More points in `a` than in `b`."""
    a, b = points(5, 3), points(2, 3)
    assert_close(student.distances(a, b), reference.distances(a, b))


def test_distances_as_many(student, reference):
    """As many points in `a` as in `b`, and as many coordinates."""
    a, b = points(4, 4), points(4, 4) + 1.5
    assert_close(student.distances(a, b), reference.distances(a, b))


def test_distances_one_coordinate(student, reference):
    """Points on a line, in double precision."""
    a, b = points(3, 1, dtype=torch.float64) / 7, points(6, 1, dtype=torch.float64) * 1000
    assert_close(student.distances(a, b), reference.distances(a, b))


def test_distances_views(student, reference):
    """Points that are views of other tensors."""
    a, b = points(5, 8).T[::2], points(5, 3).T
    assert_close(student.distances(a, b), reference.distances(a, b))


def test_distances_one_point(student, reference):
    """A single point, whose distance to itself is 0."""
    a = points(1, 2)
    assert_close(student.distances(a, a), reference.distances(a, a))
