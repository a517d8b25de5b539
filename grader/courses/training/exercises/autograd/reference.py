from torch import Tensor


def mse_gradient(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return 2 * x.T @ (x @ weight - y) / len(x)
