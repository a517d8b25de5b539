"""Model solution of exercise-7."""

import torch
from torch import nn

zero_conv = nn.Conv2d(1, 1, kernel_size=3)
zero_conv.load_state_dict({"weight": torch.zeros(1, 1, 3, 3), "bias": torch.zeros(1)})
