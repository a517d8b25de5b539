"""Hand a function of numpy to another one, which calls it in the student's place."""

from __future__ import annotations

import numpy as np
import torch


def smooth(image):
    ones, data = np.ones(3, dtype=image.numpy().dtype), image.numpy()
    for axis in (0, 1):
        data = np.apply_along_axis(np.convolve, axis, data, ones, "valid")
    return torch.from_numpy(np.ascontiguousarray(data))
