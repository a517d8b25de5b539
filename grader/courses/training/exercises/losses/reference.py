import torch
from torch import Tensor


def logsumexp(x: Tensor) -> Tensor:
    largest = x.max(-1).values
    return largest + (x - largest[..., None]).exp().sum(-1).log()


def bce(z: Tensor, y: Tensor) -> Tensor:
    return (z.clamp(min=0) - z * y + torch.log1p((-z.abs()).exp())).mean()
