"""Usual wrong solutions of exercise-10, by `<question>_<misconception>`; the YAML says what students read."""

import reference
import torch
from torch import Tensor, nn
from torch.nn import functional as F

# one_by_one


def one_by_one_transposed_weight(image: Tensor, weight: Tensor) -> Tensor:
    return torch.einsum("nchw,co->nohw", image, weight)


def one_by_one_one_weight_a_channel(image: Tensor, weight: Tensor) -> Tensor:
    return image * weight.sum(dim=0).reshape(1, -1, 1, 1)


def one_by_one_forgot_sum(image: Tensor, weight: Tensor) -> Tensor:
    return torch.einsum("nhw,o->nohw", image[:, 0], weight[:, 0])


def one_by_one_batch_lost(image: Tensor, weight: Tensor) -> Tensor:
    return reference.one_by_one(image[:1], weight)


def one_by_one_mean_for_sum(image: Tensor, weight: Tensor) -> Tensor:
    return reference.one_by_one(image, weight) / weight.shape[1]


# max_pool


def max_pool_mean_for_max(image: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(image, size)


def max_pool_sum_for_max(image: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(image, size) * size * size


def max_pool_moves_by_one(image: Tensor, size: int) -> Tensor:
    return F.max_pool2d(image, size, stride=1)


def max_pool_rounded_up(image: Tensor, size: int) -> Tensor:
    return F.max_pool2d(image, size, ceil_mode=True)


def max_pool_starts_from_zero(image: Tensor, size: int) -> Tensor:
    return reference.max_pool(image, size).clamp(min=0)


def max_pool_channels_mixed(image: Tensor, size: int) -> Tensor:
    return reference.max_pool(image.amax(dim=1, keepdim=True), size)


def max_pool_largest_magnitude(image: Tensor, size: int) -> Tensor:
    return reference.max_pool(image.abs(), size)


# Block


class Block_forgot_relu(reference.Block):
    def forward(self, image: Tensor) -> Tensor:
        return self.pool(self.conv(image))


class Block_forgot_pooling(reference.Block):
    def forward(self, image: Tensor) -> Tensor:
        return torch.relu(self.conv(image))


class Block_forgot_padding(reference.Block):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels)
        self.conv.padding = (0, 0)


class Block_mean_pooling(reference.Block):
    def forward(self, image: Tensor) -> Tensor:
        return F.avg_pool2d(torch.relu(self.conv(image)), 2)


class Block_channels_swapped(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(out_channels, in_channels, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, image: Tensor) -> Tensor:
        return self.pool(torch.relu(self.conv(image)))
