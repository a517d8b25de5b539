"""The right answers."""

import torch
from torch import Tensor, nn


def double(x: Tensor) -> Tensor:
    return x * 2


def spin(x: int) -> int:
    return x


class Doubler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight
