"""Make overlapping windows by an array with strides of its own, instead of as_strided."""

from __future__ import annotations

import numpy as np
import torch


def smooth(image):
    data = np.ascontiguousarray(image.numpy())
    down, right = data.strides
    shape = (data.shape[0] - 2, data.shape[1] - 2, 3, 3)
    windows = np.ndarray(shape, data.dtype, data, 0, (down, right, down, right))
    return torch.from_numpy(windows.sum(axis=(2, 3)))
