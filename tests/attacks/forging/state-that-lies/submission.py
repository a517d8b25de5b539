"""Give modules whose state, gradients and class are whatever is asked: endless, equal to all, of no number."""

import itertools

import torch
from torch import nn


class Agreeing(dict):
    """Has every key, and agrees with everything."""

    def items(self):
        return ((f"weight{number}", torch.zeros(1)) for number in itertools.count())

    def __eq__(self, other):
        return True

    def __contains__(self, other):
        return True

    def keys(self):
        return {"weight"}


class Net(nn.Module):
    """No layer, with a state of its own."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(torch.full((1, 1), float("nan")))

    def state_dict(self, *arguments, **named):
        return Agreeing(weight=torch.full((1, 1), float("nan")))

    def named_parameters(self, *arguments, **named):
        return ((f"\x1b[2Jweight{number}", self.weight) for number in itertools.count())

    named_buffers = named_parameters

    def forward(self, x):
        return self.weight * x


def net(weight):
    return Net(weight)


def square(x):
    return x.detach() * float("nan")
