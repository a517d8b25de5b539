import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader, TensorDataset


def fit(features: Tensor, targets: Tensor) -> Tensor:
    model = nn.Linear(features.shape[1], 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    loader = DataLoader(TensorDataset(features, targets), batch_size=8)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
    for _ in range(8):
        for batch, wanted in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(batch), wanted).backward()
            optimizer.step()
        scheduler.step()
    return torch.cat([model.weight.detach().flatten(), model.bias.detach()])
