"""Visible checks of houses, which students receive."""

from helpers import read_table


def test_fit_on_its_own_houses(student):
    """The training data: a mean squared error below 80."""
    x, y = read_table("houses.csv")
    prices = student.fit(x, y)(x).detach()
    assert prices.shape == y.shape
    assert ((prices - y) ** 2).mean() < 80
