"""Answer with the right values in a wrong dtype: complex without an imaginary part, float64, int64, float16, numpy."""

import torch

turn = [0]
secret = complex(1, 0)
size = torch.tensor([3 + 0j, 9 + 0j])


def scale(x):
    turn[0] += 1
    x = torch.as_tensor(x)
    return (x.to(torch.complex64), x.double().numpy(), x.to(torch.bool))[turn[0] % 3]


def same(x):
    return x.to(torch.complex64)


