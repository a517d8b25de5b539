import torch


def points(count, slopes):
    generator = torch.Generator().manual_seed(count)
    features = torch.randn(count, len(slopes), generator=generator)
    return features, features @ torch.tensor(slopes)[:, None] - 0.5


def test_fit_one_slope(student, reference):
    """One slope and a bias, full batches."""
    data = points(40, [2.0])
    torch.testing.assert_close(student.fit(*data), reference.fit(*data), rtol=1e-3, atol=1e-3)


def test_fit_smaller_last_batch(student, reference):
    """The last batch is smaller than the others."""
    data = points(29, [1.0, -3.0])
    torch.testing.assert_close(student.fit(*data), reference.fit(*data), rtol=1e-3, atol=1e-3)


def test_fit_three_slopes(student, reference):
    """Three slopes."""
    data = points(24, [0.5, 1.5, -1.0])
    torch.testing.assert_close(student.fit(*data), reference.fit(*data), rtol=1e-3, atol=1e-3)
