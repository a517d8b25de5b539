from torch import Tensor


def distances(a: Tensor, b: Tensor) -> Tensor:
    return ((a[:, None] - b) ** 2).sum(-1)
