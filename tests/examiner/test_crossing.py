"""What student code is handed, and what a check gets back, is as it would be without a process between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.examiner.conftest import Bench

REFERENCE = """
    import torch

    def f(x):
        return x * 2
"""
GRADIENT = """
    import torch

    def test_f_keeps_the_gradient(student):
        '''Who asks for a gradient gets one.'''
        assert student.f(torch.ones(2, requires_grad=True)).requires_grad
        assert not student.f(torch.ones(2)).requires_grad
"""
VIEW = """
    import torch

    def test_f_of_a_view(student):
        '''An image that was turned round.'''
        image = torch.arange(6.0).reshape(2, 3)
        torch.testing.assert_close(student.f(image.T), image.T * 2)
        torch.testing.assert_close(student.f(image[:1].expand(4, 3)), image[:1].expand(4, 3) * 2)
"""
RIGHT = "def f(x): return x + x"


@pytest.mark.parametrize(
    ("checks", "source", "outcome"),
    [
        (GRADIENT, RIGHT, "passed"),
        (GRADIENT, "def f(x): return x.detach() * 2", "failed"),
        (GRADIENT, "import torch\n@torch.no_grad()\ndef f(x): return x * 2", "failed"),
        (GRADIENT, "def f(x):\n    x.requires_grad_()\n    return x * 2", "failed"),
        (VIEW, RIGHT, "passed"),
        (VIEW, "def f(x): return (x.reshape(-1) * 2).reshape(x.shape)", "passed"),
        (VIEW, "def f(x): return (x.view(-1) * 2).view(x.shape)", "error"),
        (VIEW, "def f(x): return x.as_strided(x.shape, (x.shape[1], 1)) * 2", "failed"),
        (VIEW, "def f(x): return x.contiguous().requires_grad_() * 2", "passed"),
    ],
)
def test_gradients_and_strides_cross(
    bench: Callable[..., Bench], checks: str, source: str, outcome: str
) -> None:
    (report,) = bench(questions=("f",), reference=REFERENCE, checks=checks).grade(source)
    assert report.questions[0].outcome == outcome


def test_in_place_change_of_a_view_is_noticed(bench: Callable[..., Bench]) -> None:
    source = "def f(x):\n    result = x * 2\n    x += 1\n    return result"
    (report,) = bench(questions=("f",), reference=REFERENCE, checks=VIEW).grade(source)
    assert report.questions[0].outcome in {"failed", "error"}
