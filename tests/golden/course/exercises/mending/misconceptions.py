"""What students do while they mend it."""

from torch import Tensor


def _gradient(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return 2 * x.T @ (x @ weight - y)


def step_wrong_direction(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    return weight + lr * _gradient(weight, x, y) / len(x)


def step_sum_for_mean(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    return weight - lr * _gradient(weight, x, y)


def step_forgot_factor(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    return weight - lr * _gradient(weight, x, y) / 2 / len(x)


def step_forgot_rate(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    return weight - _gradient(weight, x, y) / len(x)


def step_gradient_alone(weight: Tensor, x: Tensor, y: Tensor, lr: float) -> Tensor:
    return -lr * _gradient(weight, x, y) / len(x)
