"""What students fix."""

from torch import Tensor


def step(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    error = x @ weight - y
    gradient = 2 * x.T @ error
    return weight + lr * gradient


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    predicted = logits.softmax(0).argmax(0)
    return (predicted == labels).sum() / logits.numel()
