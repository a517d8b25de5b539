"""Hidden checks of debugging."""

import torch
from torch.testing import assert_close


def test_accuracy_many(student, reference):
    """Many examples and few classes."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(50, 3, generator=generator)
    labels = torch.where(torch.arange(50) % 3 == 0, logits.argmin(-1), logits.argmax(-1))
    assert_close(student.accuracy(logits, labels), reference.accuracy(logits, labels))


def test_accuracy_of_a_batch(student, reference, params):
    """As many examples and classes as in the exercise."""
    generator = torch.Generator().manual_seed(params["B"] + params["classes"])
    logits = torch.randn(params["B"], params["classes"], generator=generator)
    labels = torch.where(torch.arange(params["B"]) % 4 == 0, logits.argmin(-1), logits.argmax(-1))
    assert_close(student.accuracy(logits, labels), reference.accuracy(logits, labels))


def test_accuracy_square(student, reference):
    """As many examples as classes, where rows and columns have different winners."""
    logits = torch.tensor([[9.0, 8.0, 7.0], [1.0, 3.0, 2.0], [0.0, -2.0, -1.0]])
    labels = torch.tensor([0, 1, 0])
    assert_close(student.accuracy(logits, labels), reference.accuracy(logits, labels))


def test_accuracy_all_or_nothing(student):
    """All right, and none right."""
    logits = torch.tensor([[1.0, 0.0, -3.0, 7.0], [0.0, 1.0, 5.0, 4.0]])
    assert_close(student.accuracy(logits, torch.tensor([3, 2])), torch.tensor(1.0))
    assert_close(student.accuracy(logits, torch.tensor([0, 3])), torch.tensor(0.0))


def test_accuracy_large(student):
    """Logits in double precision that softmax would make equal."""
    logits = torch.tensor([[1000.0, 2000.0], [3000.0, 10.0], [-900.0, -1000.0]], dtype=torch.float64)
    assert_close(student.accuracy(logits, torch.tensor([1, 0, 1])), torch.tensor(2 / 3))
