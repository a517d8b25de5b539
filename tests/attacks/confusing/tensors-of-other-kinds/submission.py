"""Answer with meta, sparse, quantized, nested, mkldnn, enormous expanded, batched, functional and freed tensors."""

import torch

turn = [0]
kinds = [
    lambda x: x.to("meta"),
    lambda x: x.to_sparse(),
    lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.qint8),
    lambda x: torch.nested.nested_tensor([x, x]),
    lambda x: x.to_mkldnn(),
    lambda x: torch.ones(1).expand(2**44),
    lambda x: torch.func.vmap(lambda y: keep.append(y) or y)(x),
    lambda x: keep[0],
    lambda x: torch._to_functional_tensor(x),
    lambda x: torch.empty(0).set_(x.untyped_storage(), 0, (4,), (0,)),
    lambda x: x.to(torch.float8_e5m2),
]
keep, found = [], []
secret = torch.empty(3, device="meta")
for kind in kinds:
    try:
        found.append(str(type(kind(torch.ones(4))).__name__))
    except Exception as error:
        found.append(type(error).__name__)


def scale(x):
    turn[0] += 1
    return kinds[turn[0] * 3 % len(kinds)](torch.as_tensor(x).float())


def same(x):
    return kinds[2](x)
