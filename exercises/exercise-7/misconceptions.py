"""Common wrong solutions of exercise-7, named `<question>_<misconception>`. The YAML has their messages."""

import torch
from torch import nn


def is_drawn(weight):
    """Tell whether a weight looks like a new module's: nine different numbers, none beyond 1/3."""
    return len(weight.unique()) == weight.numel() and bool((weight.abs() <= 1 / 3).all())


def shows_zero_conv_random_weights(student):
    conv = student.zero_conv
    return is_drawn(conv.weight) and bool((conv.bias != 0).any())


def shows_zero_conv_kept_bias(student):
    conv = student.zero_conv
    return not conv.weight.any() and bool((conv.bias != 0).any())


def shows_zero_conv_kept_weight(student):
    conv = student.zero_conv
    return is_drawn(conv.weight) and (conv.bias is None or not conv.bias.any())


zero_conv_random_weights = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_kept_bias = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_bias.weight)
zero_conv_kept_weight = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_weight.bias)
zero_conv_ones = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_ones.load_state_dict({"weight": torch.ones(1, 1, 3, 3), "bias": torch.zeros(1)})
