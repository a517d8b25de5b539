"""One step of gradient descent."""

from torch import Tensor


def step(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    error = x @ weight - y
    gradient = 2 * x.T @ error / len(x)
    return weight - lr * gradient
