"""Convolve in a thread of a pool, where nothing of the student's own is on the stack."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import torch
from torch.nn import functional as F


def smooth(image):
    with ThreadPoolExecutor(1) as pool:
        kernel = torch.ones(1, 1, 3, 3, dtype=image.dtype)
        return pool.submit(F.conv2d, image[None, None], kernel).result()[0, 0]
