"""Answer with views: negative, conjugate, transposed, expanded, sliding past the storage, with a storage cut off."""

import torch

turn = [0]


def scale(x):
    turn[0] += 1
    if isinstance(x, int):
        return torch._neg_view(torch.tensor(x))
    if turn[0] % 2:
        long = torch.zeros(1 << 16)
        view = long.as_strided(x.shape, [1 << 12] * x.dim())
        long.untyped_storage().resize_(0)
        return view
    return torch.zeros(1).expand(x.shape)


def same(x):
    return torch.ones(1).expand(4).conj()


