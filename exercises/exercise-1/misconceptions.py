"""Usual wrong solutions of exercise-1, by `<question>_<misconception>`; the YAML says what students read."""

import copy

import reference
import torch
from torch import nn


def changed(**state):
    """The right module with another part of its state."""
    conv = copy.deepcopy(reference.conv)
    conv.load_state_dict({**conv.state_dict(), **state})
    return conv


conv_random_weights = nn.Conv2d(1, 1, kernel_size=3)
conv_kept_bias = changed(bias=torch.tensor([0.25]))
conv_transposed_kernel = changed(weight=reference.weight.transpose(2, 3))
conv_flipped_kernel = changed(weight=reference.weight.flip(2, 3))
conv_padded = copy.deepcopy(reference.conv)
conv_padded.padding = (1, 1)
