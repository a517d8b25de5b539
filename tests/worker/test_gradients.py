"""Gradients that a check asks for are torch's own, and no worker imports anything for them."""

from __future__ import annotations

import sys

import pytest
import torch
from torch.testing import assert_close

from grader.worker.verbs import grad

SLOW = "torch.fx.experimental.symbolic_shapes"  # with sympy


class Flattening(torch.autograd.Function):
    """Its backward pass needs weights that lie in one piece, as torch gives them to a loss."""

    @staticmethod
    def forward(ctx, x):
        return 3 * x

    @staticmethod
    def backward(ctx, upstream):
        return 3 * upstream.view(-1).reshape(upstream.shape)


def test_a_gradient_imports_nothing(monkeypatch):
    x, upstream = torch.arange(6.0).reshape(2, 3), torch.rand(2, 3)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, SLOW, None)  # an import of it would fail
        plain, weighted = grad(torch.square, x), grad(torch.square, x, upstream=upstream)
        infinite = grad(lambda x: 1 / x, torch.zeros(2))
    assert_close(plain, 2 * x)
    assert_close(weighted, 2 * x * upstream)
    assert_close(infinite, torch.full((2,), -torch.inf))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.complex64])
def test_a_gradient_is_that_of_the_weighted_result(dtype):
    x, upstream = torch.rand(2, 3).to(dtype), torch.rand(2, 3).to(dtype)
    given = x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(given.sin() * given, given, upstream)
    assert_close(grad(lambda x: x.sin() * x, x, upstream=upstream), expected)


def test_the_weights_lie_in_one_piece():
    assert_close(grad(Flattening.apply, torch.ones(2, 3)), torch.full((2, 3), 3.0))


def test_weights_of_another_shape_are_not_stretched():
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        grad(torch.square, torch.ones(2, 3), upstream=torch.ones(3))
