"""Common wrong solutions of exercise-8, named `<question>_<misconception>`. The YAML has their messages."""

import reference
import torch
from torch import Tensor
from torch.nn import functional as F


def pair(value):
    """Return two numbers, one for each dimension."""
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


def dot_convolve_forgot_last_place__zeros_left(image: Tensor, kernel: Tensor) -> Tensor:
    output = reference.dot_convolve(image, kernel)
    output[-1], output[:, -1] = 0, 0
    return output


def dot_convolve_square_images_only__from_the_height(image: Tensor, kernel: Tensor) -> Tensor:
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[0] - kernel.shape[1] + 1
    return places(image, kernel, rows, columns, *kernel.shape)


def dot_convolve_square_images_only__from_the_width(image: Tensor, kernel: Tensor) -> Tensor:
    rows, columns = image.shape[1] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return places(image, kernel, rows, columns, *kernel.shape)


def places(image: Tensor, kernel: Tensor, rows: int, columns: int, height: int, width: int) -> Tensor:
    """Return `rows` x `columns` dot products; raise an error where patch and kernel differ in size."""
    output = torch.zeros(rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            output[i, j] = (image[i : i + height, j : j + width] * kernel).sum()
    return output


def dot_convolve_square_kernels_only(image: Tensor, kernel: Tensor) -> Tensor:
    side = kernel.shape[0]
    return places(image, kernel, image.shape[0] - side + 1, image.shape[1] - side + 1, side, side)


def dot_convolve_square_kernels_only__from_the_width(image: Tensor, kernel: Tensor) -> Tensor:
    side = kernel.shape[1]
    return places(image, kernel, image.shape[0] - side + 1, image.shape[1] - side + 1, side, side)


def dot_convolve_square_kernels_only__cut(image: Tensor, kernel: Tensor) -> Tensor:
    side = min(kernel.shape)
    return reference.dot_convolve(image, kernel[:side, :side])


def dot_convolve_matrix_product(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    output = torch.zeros(rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            output[i, j] = (image[i : i + height, j : j + width] @ kernel).sum()
    return output


def dot_convolve_matrix_product__kernel_first(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    output = torch.zeros(rows, columns, dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            output[i, j] = (kernel @ image[i : i + height, j : j + width]).sum()
    return output


def dot_convolve_forgot_sum(image: Tensor, kernel: Tensor) -> Tensor:
    return image[kernel.shape[0] - 1 :, kernel.shape[1] - 1 :] * kernel[-1, -1]


def dot_convolve_forgot_sum__last_row(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image[kernel.shape[0] - 1 :], kernel[-1:])


def dot_convolve_forgot_sum__first(image: Tensor, kernel: Tensor) -> Tensor:
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return image[:rows, :columns] * kernel[0, 0]


def dot_convolve_padded(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    around = (width // 2, (width - 1) // 2, height // 2, (height - 1) // 2)
    return reference.dot_convolve(F.pad(image, around), kernel)


def dot_convolve_padded__more_at_the_end(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    around = ((width - 1) // 2, width // 2, (height - 1) // 2, height // 2)
    return reference.dot_convolve(F.pad(image, around), kernel)


def dot_convolve_padded__by_half_the_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    return reference.dot_convolve(F.pad(image, (width // 2, width // 2, height // 2, height // 2)), kernel)


def dot_convolve_padded__as_far_as_it_goes(image: Tensor, kernel: Tensor) -> Tensor:
    height, width = kernel.shape
    return reference.dot_convolve(F.pad(image, (width - 1, width - 1, height - 1, height - 1)), kernel)


def dot_convolve_returned_too_early(image: Tensor, kernel: Tensor) -> Tensor:
    output = reference.dot_convolve(image, kernel)
    output[1:] = 0
    return output


def dot_convolve_returned_too_early__first_place(image: Tensor, kernel: Tensor) -> Tensor:
    output = reference.dot_convolve(image, kernel)
    output[1:], output[:, 1:] = 0, 0
    return output


def dot_convolve_returned_too_early__one_row(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel)[:1]


def dot_convolve_returned_too_early__one_value(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.dot_convolve(image, kernel)[0, 0]


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


def patches_forgot_last_place__none_left(image: Tensor, K: int) -> Tensor:
    rows, columns = image.shape[0] - K, image.shape[1] - K
    output = torch.zeros(rows * columns, K * K, dtype=image.dtype)
    for place in range(rows * columns):
        i, j = divmod(place, columns)
        output[place] = image[i : i + K, j : j + K].reshape(-1)
    return output


def patches_forgot_last_place__zeros_left(image: Tensor, K: int) -> Tensor:
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    output = reference.patches(image, K).reshape(rows, columns, K * K)
    output[-1], output[:, -1] = 0, 0
    return output.reshape(-1, K * K)


def patches_square_images_only(image: Tensor, K: int) -> Tensor:
    side = image.shape[0] - K + 1
    return torch.stack([image[i : i + K, j : j + K].reshape(-1) for i in range(side) for j in range(side)])


def patches_square_images_only__from_the_width(image: Tensor, K: int) -> Tensor:
    side = image.shape[1] - K + 1
    return torch.stack([image[i : i + K, j : j + K].reshape(-1) for i in range(side) for j in range(side)])


def patches_square_images_only__cut(image: Tensor, K: int) -> Tensor:
    return reference.patches(image[: min(image.shape), : min(image.shape)], K)


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


def matmul_convolve_left_as_column__flat(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.matmul_convolve(image, kernel).reshape(-1)


def matmul_convolve_left_as_column__row(image: Tensor, kernel: Tensor) -> Tensor:
    return reference.matmul_convolve(image, kernel).reshape(1, -1)


def matmul_convolve_square_images_only(image: Tensor, kernel: Tensor) -> Tensor:
    side = image.shape[0] - kernel.shape[0] + 1
    return reference.matmul_convolve(image, kernel).reshape(side, side)


def matmul_convolve_square_images_only__from_the_width(image: Tensor, kernel: Tensor) -> Tensor:
    side = image.shape[1] - kernel.shape[0] + 1
    return reference.matmul_convolve(image, kernel).reshape(side, side)


def matmul_convolve_square_images_only__root(image: Tensor, kernel: Tensor) -> Tensor:
    output = reference.matmul_convolve(image, kernel)
    side = int(output.numel() ** 0.5)
    return output.reshape(side, side)


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


def convolve_padded_once__at_the_end(image, kernel, stride=1, padding=0):
    top, left = pair(padding)
    return reference.convolve(F.pad(image, (0, left, 0, top)), kernel, stride)


def convolve_first_image_only__others_zero(image, kernel, stride=1, padding=0):
    output = reference.convolve(image, kernel, stride, padding)
    output[1:] = 0
    return output


def convolve_one_channel_out__others_zero(image, kernel, stride=1, padding=0):
    output = reference.convolve(image, kernel, stride, padding)
    output[:, 1:] = 0
    return output


def convolve_forgot_channel_sum__last_channel(image, kernel, stride=1, padding=0):
    return reference.convolve(image[:, -1:], kernel[:, -1:], stride, padding)


def convolve_ignored_stride__zeros_left(image, kernel, stride=1, padding=0):
    (down, right), output = pair(stride), reference.convolve(image, kernel, stride, padding)
    dense = torch.zeros_like(reference.convolve(image, kernel, 1, padding))
    dense[:, :, ::down, ::right] = output
    return dense


def convolve_stride_for_size_only(image, kernel, stride=1, padding=0):
    output = reference.convolve(image, kernel, stride, padding)
    return reference.convolve(image, kernel, 1, padding)[:, :, : output.shape[2], : output.shape[3]]


def convolve_padding_for_size_only(image, kernel, stride=1, padding=0):
    output = torch.zeros_like(reference.convolve(image, kernel, stride, padding))
    inner = reference.convolve(image, kernel, stride, 0)
    output[:, :, : inner.shape[2], : inner.shape[3]] = inner
    return output


def convolve_numbers_only(image, kernel, stride=1, padding=0):
    if isinstance(stride, tuple) or isinstance(padding, tuple):
        raise TypeError("unsupported operand type(s) for *: 'int' and 'tuple'")
    return reference.convolve(image, kernel, stride, padding)


def convolve_tuples_only(image, kernel, stride=1, padding=0):
    if not (isinstance(stride, tuple) and isinstance(padding, tuple)):
        raise TypeError("'int' object is not subscriptable")
    return reference.convolve(image, kernel, stride, padding)


def convolve_moved_onto_the_image(image, kernel, stride=1, padding=0):
    (down, right), (top, left) = pair(stride), pair(padding)
    height, width = kernel.shape[2:]
    output = torch.zeros_like(reference.convolve(image, kernel, stride, padding))
    for i in range(output.shape[2]):
        for j in range(output.shape[3]):
            y, x = max(i * down - top, 0), max(j * right - left, 0)
            patch = image[:, :, y : y + height, x : x + width]
            part = kernel[:, :, : patch.shape[2], : patch.shape[3]]
            output[:, :, i, j] = torch.einsum("nchw,ochw->no", patch, part)
    return output
