import reference
import torch
from helpers import read_table
from torch import nn


def trained(model, x, y, steps=300, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return model


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 1)

    def forward(self, x):
        return self.linear(x).squeeze(-1)


class ByBatch(Plain):
    def forward(self, x):
        return super().forward((x - x.mean(0)) / x.std(0))


class Unsqueezed(nn.Module):
    def __init__(self, x):
        super().__init__()
        self.mean, self.std = x.mean(0), x.std(0)
        self.linear = nn.Linear(3, 1)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)


class Squeezed(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x).squeeze(-1)


def fit_not_standardised(x, y):
    return trained(Plain(), x, y)


def fit_not_standardised__slowly(x, y):
    return trained(Plain(), x, y, lr=1e-5)


def fit_gradients_pile_up(x, y):
    model = reference.Standardised(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(300):
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return model


def fit_no_step(x, y):
    return trained(reference.Standardised(x), x, y, steps=0)


def fit_too_few_steps(x, y):
    return trained(reference.Standardised(x), x, y, steps=10)


def shows_fit_too_few_steps(student):
    """Tell whether the prices have the right order, but have not yet grown far enough from 0."""
    prices, y = predicted(student)
    if prices.shape != y.shape:
        return False
    follows = torch.corrcoef(torch.stack([prices, y]))[0, 1] > 0.5
    return bool(follows) and 0.1 < (prices.mean() / y.mean()).item() < 0.9


def shows_fit_broadcast(student):
    """Tell whether every house has about the mean price, in a column or in a row, also among fewer houses."""
    x, y = read_table("houses.csv")
    prices = student.fit(x, y)(x[::2]).detach()
    is_flat = prices.numel() == len(x[::2]) and (prices.std() < 0.1 * y.std()).item()
    return is_flat and 0.9 < (prices.mean() / y.mean()).item() < 1.1


def shows_fit_not_standardised(student):
    """Tell whether training diverges on the features, but not on standardised ones."""
    x, y = read_table("houses.csv")
    if student.fit(x, y)(x).isfinite().all().item():
        return False
    x = (x - x.mean(0)) / x.std(0)
    prices = student.fit(x, y)(x).detach()
    return prices.shape == y.shape and ((prices - y) ** 2).mean().item() < 60


def predicted(student):
    """Return the prices that a student's model gives the houses of the table, and the right ones."""
    x, y = read_table("houses.csv")
    return student.fit(x, y)(x).detach(), y


def fit_broadcast(x, y):
    return Squeezed(trained(Unsqueezed(x), x, y[:, None].mT.expand(len(y), -1)))


def fit_standardised_by_batch(x, y):
    return trained(ByBatch(), x, y)
