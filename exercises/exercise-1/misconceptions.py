"""Common wrong solutions of exercise-1, named `<question>_<misconception>`. The YAML has their messages."""

import copy

import reference
import torch
from torch import nn


def changed(**state):
    """Return the right module with part of its state replaced."""
    conv = copy.deepcopy(reference.conv)
    conv.load_state_dict({**conv.state_dict(), **state})
    return conv


def shows_conv_random_weights(student):
    """Return whether the weight looks like a new module's: nine different numbers, none beyond 1/3."""
    weight = student.conv.weight
    return weight.shape == reference.weight.shape and is_drawn(weight)


def shows_conv_kept_bias(student):
    """Return whether the kernel is right and the bias is not 0."""
    conv = student.conv
    return torch.equal(conv.weight, reference.weight) and bool((conv.bias != 0).any())


def is_drawn(weight):
    return len(weight.unique()) == weight.numel() and bool((weight.abs() <= 1 / 3).all())


conv_random_weights = nn.Conv2d(1, 1, kernel_size=3)
conv_kept_bias = changed(bias=torch.tensor([0.25]))
conv_transposed_kernel = changed(weight=reference.weight.transpose(2, 3))
conv_flipped_kernel = changed(weight=reference.weight.flip(2, 3))
conv_padded = copy.deepcopy(reference.conv)
conv_padded.padding = (1, 1)
