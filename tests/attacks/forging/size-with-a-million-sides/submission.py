"""Answer a size and a number with a tensor of a million values, which the examiner turns into Python numbers first."""

import torch

size = torch.full((1_000_000,), 3, dtype=torch.int8)
secret = torch.ones(1_000_000, dtype=torch.int8)
