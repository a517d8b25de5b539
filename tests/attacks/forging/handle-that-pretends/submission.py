"""Answer with objects that stay in the worker and pretend to be tensors: shape, dtype, length, items, iteration."""

import torch


class Pretender:
    """Looks like a tensor of any size from afar."""

    __class__ = torch.Tensor
    shape, dtype, device, layout, requires_grad = torch.Size([3]), torch.float32, "cpu", torch.strided, False
    description = "passed"

    def __len__(self):
        return 10**9

    def __getitem__(self, key):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        return self


Pretender.__name__ = "Tensor\x1b[2J\n passed"
secret = size = scale = Pretender()


def same(x):
    return {"a": Pretender(), Pretender(): x}
