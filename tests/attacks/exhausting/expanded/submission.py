"""Answer with tensors of terabytes that take eight bytes, and with shapes that overflow."""

import torch


def scale(x):
    return torch.zeros(1).expand(1 << 40)


size = torch.zeros(1).expand(1 << 60)
secret = torch.empty(0, 1 << 40)


def same(x):
    return x.new_empty(0).as_strided((1 << 31, 1 << 31), (0, 0))
