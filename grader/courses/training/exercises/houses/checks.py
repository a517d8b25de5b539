"""Hidden checks of houses: what the model says about houses that it has not seen."""

import pytest
import torch
from helpers import read_table
from torch import Tensor

BOUND = 60  # of the mean squared error; the noise alone makes about 42


def error(prices: Tensor, expected: Tensor) -> float:
    """Return the mean squared error of prices of the right shape."""
    prices = prices.detach()
    assert prices.shape == expected.shape
    return ((prices - expected) ** 2).mean().item()


@pytest.mark.points(2)
def test_fit_on_other_houses(student):
    """40 houses that the model has not seen; it is trained three times, from other weights."""
    x, y = read_table("houses.csv")
    others, prices = read_table("houses_test.csv")
    for _ in range(3):
        assert error(student.fit(x, y)(others), prices) < BOUND


def test_fit_on_one_house(student):
    """Prices of one house at a time."""
    x, y = read_table("houses.csv")
    others, prices = read_table("houses_test.csv")
    model = student.fit(x, y)
    one_by_one = torch.cat([model(house).detach() for house in others[:8].split(1)])
    assert error(one_by_one, prices[:8]) < 3 * BOUND


def test_fit_on_another_town(student):
    """A town where age makes houses dearer, and the size hardly matters."""
    x, _ = read_table("houses.csv")
    others, _ = read_table("houses_test.csv")
    weight = torch.tensor([0.2, 30.0, 3.0])
    model = student.fit(x, x @ weight + 100)
    assert error(model(others), others @ weight + 100) < 4
