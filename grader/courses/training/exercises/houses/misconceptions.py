import reference
import torch
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


def fit_broadcast(x, y):
    return Squeezed(trained(Unsqueezed(x), x, y[:, None].mT.expand(len(y), -1)))


def fit_standardised_by_batch(x, y):
    return trained(ByBatch(), x, y)
