"""Answer with NaN, infinity, huge and tiny numbers in every place, for comparisons that come out odd with them."""

import numpy
import torch

secret = float("nan")
size = (float("inf"), float("-inf"))
odd = [float("inf"), float("nan"), 10**300]


def scale(x):
    odd.append(odd.pop(0))
    if isinstance(x, torch.Tensor):
        return torch.full_like(x, odd[0])
    return numpy.float64(odd[0])


def same(x):
    return x.masked_fill(x > 0, float("nan"))
