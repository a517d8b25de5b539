"""Hidden checks of exercise-2: ordinary pytest. The first line of each docstring is what students see."""

import pytest
import torch


def test_total_of_a_square(student, reference):
    """A square image."""
    image = torch.arange(9.0).reshape(3, 3)
    torch.testing.assert_close(student.total(image), reference.total(image))


@pytest.mark.points(2)
def test_total_of_a_rectangle(student, reference):
    """A rectangular image with negative values."""
    image = torch.arange(-4.0, 8.0).reshape(3, 4)
    torch.testing.assert_close(student.total(image), reference.total(image))
