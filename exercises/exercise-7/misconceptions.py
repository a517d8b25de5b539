"""Usual wrong solutions of exercise-7, by `<question>_<misconception>`; the YAML says what students read."""

import torch
from torch import nn

zero_conv_random_weights = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_kept_bias = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_bias.weight)
zero_conv_kept_weight = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_weight.bias)
zero_conv_ones = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_ones.load_state_dict({"weight": torch.ones(1, 1, 3, 3), "bias": torch.zeros(1)})
