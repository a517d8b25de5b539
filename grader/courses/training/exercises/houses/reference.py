import torch
from torch import Tensor, nn


class Standardised(nn.Module):
    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.mean, self.std = x.mean(0), x.std(0)
        self.linear = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear((x - self.mean) / self.std).squeeze(-1)


def fit(x: Tensor, y: Tensor) -> nn.Module:
    model = Standardised(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
    return model
