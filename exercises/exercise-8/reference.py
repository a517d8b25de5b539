"""Model solution of exercise-8."""

import torch
from torch import Tensor


def dot_convolve(image: Tensor, kernel: Tensor) -> Tensor:
    """Convolve two matrices. Each value is the dot product of the kernel and a patch."""
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    output = torch.zeros(rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + height, j : j + width]
            output[i, j] = (patch * kernel).sum()
    return output


def patches(image: Tensor, K: int) -> Tensor:
    """Return the patches of K times K cells, one in each row."""
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    return torch.stack([image[i : i + K, j : j + K].reshape(-1) for i in range(rows) for j in range(columns)])


def matmul_convolve(image: Tensor, kernel: Tensor) -> Tensor:
    """Convolve two matrices with one matrix multiplication."""
    K = kernel.shape[0]
    values = patches(image, K) @ kernel.reshape(-1, 1)
    return values.reshape(image.shape[0] - K + 1, image.shape[1] - K + 1)


def convolve(
    image: Tensor, kernel: Tensor, stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0
) -> Tensor:
    """Convolve a batch of images (N, C, H, W) with a kernel (O, C, KH, KW), as nn.Conv2d does."""
    down, right = (stride, stride) if isinstance(stride, int) else stride
    top, left = (padding, padding) if isinstance(padding, int) else padding

    # Put the images into the middle of a larger tensor of zeros.
    batch, channels, height, width = image.shape
    padded = torch.zeros(batch, channels, height + 2 * top, width + 2 * left, dtype=image.dtype)
    padded[:, :, top : top + height, left : left + width] = image

    # Count whole steps only, and the place where the kernel starts.
    out_channels, _, kernel_height, kernel_width = kernel.shape
    rows = (padded.shape[2] - kernel_height) // down + 1
    columns = (padded.shape[3] - kernel_width) // right + 1

    output = torch.zeros(batch, out_channels, rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            y, x = i * down, j * right
            patch = padded[:, :, y : y + kernel_height, x : x + kernel_width]
            # (N, 1, C, KH, KW) times (O, C, KH, KW) is (N, O, C, KH, KW).
            output[:, :, i, j] = (patch.unsqueeze(1) * kernel).sum(dim=(2, 3, 4))
    return output
