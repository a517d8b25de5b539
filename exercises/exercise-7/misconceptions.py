"""Common wrong solutions of exercise-7, named `<question>_<misconception>`. The YAML has their messages."""

import copy

import reference
import torch
from torch import nn

# zero_conv


def is_drawn(weight, *sizes):
    """Return whether a weight of a size looks like a new module's: different numbers, none 0 or too large."""
    if weight.shape not in [(1, 1, *size) for size in sizes or [(3, 3)]]:
        return False
    bound = weight[0].numel() ** -0.5
    return len(weight.unique()) == weight.numel() and bool(weight.all() and (weight.abs() <= bound).all())


def shows_zero_conv_random_weights(student):
    conv = student.zero_conv
    return is_drawn(conv.weight) and bool((conv.bias != 0).any())


def shows_zero_conv_kept_bias(student):
    conv = student.zero_conv
    return not conv.weight.any() and bool((conv.bias != 0).any())


def shows_zero_conv_kept_weight(student):
    conv = student.zero_conv
    return is_drawn(conv.weight) and (conv.bias is None or not conv.bias.any())


zero_conv_random_weights = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_kept_bias = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_bias.weight)
zero_conv_kept_weight = nn.Conv2d(1, 1, kernel_size=3)
nn.init.zeros_(zero_conv_kept_weight.bias)
zero_conv_ones = nn.Conv2d(1, 1, kernel_size=3)
zero_conv_ones.load_state_dict({"weight": torch.ones(1, 1, 3, 3), "bias": torch.zeros(1)})


# blur and edges


def with_kernel(like, kernel, **settings):
    """Return a module like another one, with another kernel and no bias."""
    kernel = torch.as_tensor(kernel, dtype=torch.float32)
    conv = nn.Conv2d(1, 1, tuple(kernel.shape), **{"padding": like.padding, "bias": False, **settings})
    conv.load_state_dict({"weight": kernel[None, None]})
    return conv


def is_biased(conv):
    """Return whether a module adds a bias other than zero."""
    return conv.bias is not None and bool((conv.bias != 0).any())


def shows_blur_random_weights(student):
    return is_drawn(student.blur.weight)


def shows_blur_kept_bias(student):
    return bool(torch.isclose(student.blur.weight, torch.tensor(1 / 9)).all()) and is_biased(student.blur)


blur_random_weights = nn.Conv2d(1, 1, kernel_size=3, padding=1)
blur_kept_bias = copy.deepcopy(reference.blur)
nn.init.constant_(blur_kept_bias.bias, 0.25)
blur_sum_for_mean = with_kernel(reference.blur, [[1, 1, 1]] * 3)
blur_without_the_middle = with_kernel(reference.blur, [[1 / 8] * 3, [1 / 8, 0, 1 / 8], [1 / 8] * 3])
blur_without_the_middle__by_nine = with_kernel(reference.blur, [[1 / 9] * 3, [1 / 9, 0, 1 / 9], [1 / 9] * 3])
blur_forgot_padding = with_kernel(reference.blur, reference.blur.weight[0, 0].detach(), padding=0)
blur_rows_only = with_kernel(reference.blur, [[0, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]])
blur_weighted = with_kernel(
    reference.blur, [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]]
)


def shows_edges_random_weights(student):
    return is_drawn(student.edges.weight, (1, 3), (3, 3))


def shows_edges_kept_bias(student):
    weight = student.edges.weight
    middle = weight[0, 0, weight.shape[2] // 2]
    return torch.equal(middle, torch.tensor([-1.0, 0.0, 1.0])) and is_biased(student.edges)


edges_random_weights = nn.Conv2d(1, 1, kernel_size=3, padding=1)
edges_random_weights__one_row = nn.Conv2d(1, 1, kernel_size=(1, 3), padding=(0, 1), bias=False)
edges_kept_bias = nn.Conv2d(1, 1, kernel_size=(1, 3), padding=(0, 1))
edges_kept_bias.load_state_dict({"weight": reference.edges.weight, "bias": torch.tensor([0.25])})
edges_left_minus_right = with_kernel(reference.edges, [[1, 0, -1]])
edges_up_and_down = with_kernel(reference.edges, [[-1], [0], [1]], padding=(1, 0))
edges_up_and_down__up = with_kernel(reference.edges, [[1], [0], [-1]], padding=(1, 0))
edges_from_the_cell_itself = with_kernel(reference.edges, [[0, -1, 1]])
edges_from_the_cell_itself__left = with_kernel(reference.edges, [[-1, 1, 0]])
edges_halved = with_kernel(reference.edges, [[-0.5, 0, 0.5]])
edges_forgot_padding = with_kernel(reference.edges, [[-1, 0, 1]], padding=0)
edges_forgot_padding__both = with_kernel(reference.edges, [[0, 0, 0], [-1, 0, 1], [0, 0, 0]], padding=0)
edges_three_rows = with_kernel(reference.edges, [[-1, 0, 1]] * 3, padding=1)
edges_three_rows__sobel = with_kernel(reference.edges, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding=1)
