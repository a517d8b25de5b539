"""Pool by the overload of an operator, below all functions of torch."""

from __future__ import annotations

import torch

pool = torch.ops.aten.avg_pool2d.default


def smooth(image):
    with torch.inference_mode():
        return 9 * pool(image[None, None], [3, 3], [1, 1])[0, 0]
