"""Model solution of exercise-7."""

import torch
from torch import nn

zero_conv = nn.Conv2d(1, 1, kernel_size=3)
zero_conv.load_state_dict({"weight": torch.zeros(1, 1, 3, 3), "bias": torch.zeros(1)})

# Nine equal numbers that add up to 1: a mean.
blur = nn.Conv2d(1, 1, kernel_size=3, padding=1)
blur.load_state_dict({"weight": torch.full((1, 1, 3, 3), 1 / 9), "bias": torch.zeros(1)})

# Left neighbour, cell, right neighbour. The kernel is one cell high, so only the columns need padding.
edges = nn.Conv2d(1, 1, kernel_size=(1, 3), padding=(0, 1), bias=False)
edges.load_state_dict({"weight": torch.tensor([[[[-1.0, 0.0, 1.0]]]])})
