"""Usual wrong solutions of exercise-8, by `<question>_<misconception>`; the YAML says what students read."""

import reference
import torch
from torch import Tensor
from torch.nn import functional as F


def pair(value):
    """One number for both dimensions, or the two."""
    return (value, value) if isinstance(value, int) else tuple(value)


# dot_convolve


def dot_convolve_flipped_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel.flip(0, 1))


def dot_convolve_transposed_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel.T)


def dot_convolve_forgot_last_place(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel)[:-1, :-1]


def dot_convolve_square_images_only(image: Tensor, kernel: Tensor) -> Tensor:
    side = min(image.shape)
    return reference.dot_convolve(image[:side, :side], kernel)


def dot_convolve_rows_and_columns_swapped(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel).T.contiguous()


def dot_convolve_forgot_products(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, torch.ones_like(kernel))


def dot_convolve_kernel_jumps(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]]


# patches


def patches_as_columns(image: Tensor, K: int) -> Tensor:
    return reference.patches(image, K).T.contiguous()


def patches_places_column_by_column(image: Tensor, K: int) -> Tensor:
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    found = reference.patches(image, K).reshape(rows, columns, K * K)
    return found.transpose(0, 1).reshape(rows * columns, K * K)


def patches_cells_column_by_column(image: Tensor, K: int) -> Tensor:
    found = reference.patches(image, K)
    return found.reshape(-1, K, K).transpose(1, 2).reshape(found.shape)


def patches_forgot_last_place(image: Tensor, K: int) -> Tensor:
    return reference.patches(image[:-1, :-1], K)


def patches_side_by_side(image: Tensor, K: int) -> Tensor:
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    return reference.patches(image, K).reshape(rows, columns, K * K)[::K, ::K].reshape(-1, K * K)


def patches_not_flattened(image: Tensor, K: int) -> Tensor:
    return reference.patches(image, K).reshape(-1, K, K)


# matmul_convolve


def matmul_convolve_flipped_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.matmul_convolve(image, kernel.flip(0, 1))


def matmul_convolve_transposed_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.matmul_convolve(image, kernel.T)


def matmul_convolve_left_as_column(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.matmul_convolve(image, kernel).reshape(-1, 1)


def matmul_convolve_rows_and_columns_swapped(image: Tensor, kernel: Tensor) -> Tensor:
    output = reference.matmul_convolve(image, kernel)
    return output.reshape(output.shape[1], output.shape[0])


# convolve


def convolve_flipped_kernel(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel.flip(2, 3), stride, padding)


def convolve_ignored_stride(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel, 1, padding)


def convolve_ignored_padding(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel, stride, 0)


def convolve_padded_with_edge(image, kernel, stride=1, padding=0):
    top, left = pair(padding)
    return reference.convolve(F.pad(image, (left, left, top, top), "replicate"), kernel, stride)


def convolve_padded_once(image, kernel, stride=1, padding=0):
    top, left = pair(padding)
    return reference.convolve(F.pad(image, (left, 0, top, 0)), kernel, stride)


def convolve_rounded_up(image, kernel, stride=1, padding=0):
    down, right = pair(stride)
    top, left = pair(padding)
    missing_rows = -(image.shape[2] + 2 * top - kernel.shape[2]) % down
    missing_columns = -(image.shape[3] + 2 * left - kernel.shape[3]) % right
    image = F.pad(image, (left, left + missing_columns, top, top + missing_rows))
    return reference.convolve(image, kernel, stride)


def convolve_height_and_width_swapped(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel, pair(stride)[::-1], pair(padding)[::-1])


def convolve_same_for_both_dimensions(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel, pair(stride)[0], pair(padding)[0])


def convolve_forgot_channel_sum(image, kernel, stride=1, padding=0):
    return reference.convolve(image[:, :1], kernel[:, :1], stride, padding)


def convolve_first_image_only(image, kernel, stride=1, padding=0):
    return reference.convolve(image[:1], kernel, stride, padding)


def convolve_one_channel_out(image, kernel, stride=1, padding=0):
    return reference.convolve(image, kernel[:1], stride, padding)


def convolve_max_for_sum(image, kernel, stride=1, padding=0):
    (down, right), (top, left) = pair(stride), pair(padding)
    padded = F.pad(image, (left, left, top, top))
    windows = padded.unfold(2, kernel.shape[2], down).unfold(3, kernel.shape[3], right)
    return torch.stack([(windows * one[None, :, None, None]).amax(dim=(1, 4, 5)) for one in kernel], dim=1)


def convolve_single_precision(image, kernel, stride=1, padding=0):
    return reference.convolve(image.float(), kernel.float(), stride, padding)
