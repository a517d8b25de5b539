"""Common wrong solutions of exercise-10, named `<question>_<misconception>`. The YAML has their messages."""

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


def one_by_one_forgot_sum__last(image: Tensor, weight: Tensor) -> Tensor:
    return torch.einsum("nhw,o->nohw", image[:, -1], weight[:, -1])


def one_by_one_width_for_channels(image: Tensor, weight: Tensor) -> Tensor:
    return image @ weight.T


def one_by_one_width_for_channels__height(image: Tensor, weight: Tensor) -> Tensor:
    return weight @ image


def one_by_one_channels_left_last(image: Tensor, weight: Tensor) -> Tensor:
    return reference.one_by_one(image, weight).movedim(1, -1)


def one_by_one_channels_left_last__first(image: Tensor, weight: Tensor) -> Tensor:
    return reference.one_by_one(image, weight).movedim(1, 0)


def one_by_one_reshaped_not_moved(image: Tensor, weight: Tensor) -> Tensor:
    batch, channels, height, width = image.shape
    mixed = image.reshape(batch, height * width, channels) @ weight.T
    return mixed.reshape(batch, len(weight), height, width)


def one_by_one_reshaped_not_moved__at_the_end(image: Tensor, weight: Tensor) -> Tensor:
    batch, _, height, width = image.shape
    mixed = reference.one_by_one(image, weight).movedim(1, -1)
    return mixed.reshape(batch, len(weight), height, width)


def one_by_one_batch_lost__others_zero(image: Tensor, weight: Tensor) -> Tensor:
    output = reference.one_by_one(image, weight)
    output[1:] = 0
    return output


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


def max_pool_channels_mixed__in_each(image: Tensor, size: int) -> Tensor:
    mixed = reference.max_pool(image.amax(dim=1, keepdim=True), size)
    return mixed.repeat(1, image.shape[1], 1, 1)


def max_pool_channels_mixed__and_images(image: Tensor, size: int) -> Tensor:
    mixed = reference.max_pool(image.amax(dim=(0, 1), keepdim=True), size)
    return mixed.repeat(image.shape[0], image.shape[1], 1, 1)


def max_pool_moves_by_one__for_places_only(image: Tensor, size: int) -> Tensor:
    output = reference.max_pool(image, size)
    return F.max_pool2d(image, size, stride=1)[:, :, : output.shape[2], : output.shape[3]]


def max_pool_kept_the_rest(image: Tensor, size: int) -> Tensor:
    batch, channels, height, width = image.shape
    return image.reshape(batch, channels, height // size, size, width // size, size).amax(dim=(3, 5))


def max_pool_smallest(image: Tensor, size: int) -> Tensor:
    return -reference.max_pool(-image, size)


def max_pool_first_image_only(image: Tensor, size: int) -> Tensor:
    return reference.max_pool(image[:1], size)


def max_pool_first_image_only__others_zero(image: Tensor, size: int) -> Tensor:
    output = reference.max_pool(image, size)
    output[1:] = 0
    return output


def max_pool_largest_magnitude__with_its_sign(image: Tensor, size: int) -> Tensor:
    largest, smallest = reference.max_pool(image, size), max_pool_smallest(image, size)
    return torch.where(-smallest > largest, smallest, largest)


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


class Block_channels_written_in(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, image: Tensor) -> Tensor:
        return self.pool(torch.relu(self.conv(image)))


def shows_Block_channels_written_in(student):
    """Return whether blocks for different numbers of channels have the same weight."""
    return student.Block(2, 4).conv.weight.shape == student.Block(3, 5).conv.weight.shape
