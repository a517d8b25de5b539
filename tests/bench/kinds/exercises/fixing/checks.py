"""Hidden checks: their inputs follow the student's parameters."""

import torch
from torch import Tensor
from torch.testing import assert_close


def numbers(*shape: int) -> Tensor:
    """Return numbers without symmetry, the same every time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape) * 31 + len(shape)))


def test_step_of_the_exercise(student, reference, params):
    """Rows, columns and learning rate of the exercise."""
    given = numbers(params["d"]), numbers(params["n"], params["d"]), numbers(params["n"]), params["lr"]
    assert_close(student.step(*given), reference.step(*given))


def test_step_from_zero(student, reference, params):
    """A step from a weight of zeros, with another rate."""
    x, y = numbers(params["n"] + 4, 3), numbers(params["n"] + 4) + 2
    assert_close(student.step(torch.zeros(3), x, y, 0.03), reference.step(torch.zeros(3), x, y, 0.03))


def test_step_of_one_row(student, reference, params):
    """A single row, and twice the rate."""
    given = numbers(4), numbers(1, 4), numbers(1), 2 * params["lr"]
    assert_close(student.step(*given), reference.step(*given))


def labelled(rows: int, classes: int) -> tuple[Tensor, Tensor]:
    """Return logits, and labels of which a part is right."""
    logits = numbers(rows, classes) * 3
    right = torch.arange(rows) % 3 != 0
    return logits, torch.where(right, logits.argmax(-1), logits.argmin(-1))


def test_accuracy_of_the_exercise(student, reference, params):
    """Rows and classes of the exercise."""
    given = labelled(5 * params["n"], params["C"])
    assert_close(student.accuracy(*given), reference.accuracy(*given))


def test_accuracy_square(student, reference, params):
    """As many rows as classes."""
    given = labelled(params["C"] + 4, params["C"] + 4)
    assert_close(student.accuracy(*given), reference.accuracy(*given))


def test_accuracy_twice_as_many(student, reference, params):
    """Twice as many rows as classes."""
    given = labelled(2 * params["C"] + 6, params["C"] + 3)
    assert_close(student.accuracy(*given), reference.accuracy(*given))
