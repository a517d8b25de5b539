"""Hang in what a gradient calls: in a backward pass, a hook, a state, and in what is left behind."""

import torch
from torch import nn


class Slow(torch.autograd.Function):
    """A backward pass that never ends."""

    @staticmethod
    def forward(context, x):
        return x * 1

    @staticmethod
    def backward(context, gradient):
        while True:
            gradient = gradient + 1


def square(x):
    return Slow.apply(x)


class Net(nn.Module):
    """A state that holds itself, and a call that never ends."""

    def state_dict(self, *arguments, **named):
        state = {}
        state["weight"] = state
        return state

    def forward(self, x):
        while True:
            x = x + 1


def net(weight):
    return Net()
