"""Hidden checks of attention: torch's own function says what is right."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention as known
from torch.testing import assert_close


def given(
    *batch: int, t: int, s: int, d: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries, keys and values, the same every time."""
    generator = torch.Generator().manual_seed(t * 100 + s * 10 + d)
    shapes = (*batch, t, d), (*batch, s, d), (*batch, s, d)
    q, k, v = (torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes)
    return q, k, v


def close(mine: Tensor, right: Tensor) -> None:
    """Compare what two orders of summing can give."""
    assert_close(mine, right, rtol=1e-4, atol=1e-5)


def test_attention_one_head(student):
    """One sequence, more keys than queries, without a mask."""
    q, k, v = given(t=3, s=5, d=4)
    close(student.attention(q, k, v), known(q, k, v))


def test_attention_square(student):
    """As many queries as keys, and as many as the length."""
    q, k, v = given(t=4, s=4, d=4)
    close(student.attention(q, k, v), known(q, k, v))


def test_attention_batch(student):
    """A batch with several heads, in double precision."""
    q, k, v = given(2, 3, t=4, s=6, d=9, dtype=torch.float64)
    close(student.attention(q, k, v), known(q, k, v))


@pytest.mark.points(2)
def test_attention_causal(student):
    """No query sees a later position."""
    q, k, v = given(2, t=5, s=5, d=8)
    mask = torch.ones(5, 5, dtype=torch.bool).tril()
    close(student.attention(q, k, v, mask), known(q, k, v, mask))


def test_attention_padding(student):
    """Each example of a batch hides other keys, with a mask that is broadcast."""
    q, k, v = given(2, 3, t=4, s=6, d=5)
    mask = torch.tensor([[1, 1, 1, 1, 0, 0], [1, 0, 1, 1, 1, 1]], dtype=torch.bool)[:, None, None]
    close(student.attention(q, k, v, mask), known(q, k, v, mask))


def test_attention_large_scores(student):
    """Scores in the hundreds, and views of other tensors."""
    q, k, v = (one.transpose(0, 1)[..., ::2] * 20 for one in given(3, t=3, s=3, d=8))
    close(student.attention(q, k, v), known(q, k, v))
