import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset


def train(features, targets, *, size=8, clear=True, each_batch=False, gamma=0.5):
    model = nn.Linear(features.shape[1], 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=gamma)
    for _ in range(8):
        for batch, wanted in DataLoader(TensorDataset(features, targets), batch_size=size):
            if clear:
                optimizer.zero_grad()
            nn.functional.mse_loss(model(batch), wanted).backward()
            optimizer.step()
            if each_batch:
                scheduler.step()
        if not each_batch:
            scheduler.step()
    return torch.cat([model.weight.detach().flatten(), model.bias.detach()])


def fit_kept_gradients(features, targets):
    return train(features, targets, clear=False)


def fit_scheduler_each_batch(features, targets):
    return train(features, targets, each_batch=True)


def fit_no_schedule(features, targets):
    return train(features, targets, gamma=1.0)


def fit_whole_set_at_once(features, targets):
    return train(features, targets, size=len(features))
