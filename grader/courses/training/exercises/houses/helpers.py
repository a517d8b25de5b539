import torch
from torch import Tensor


def read_table(name: str) -> tuple[Tensor, Tensor]:
    """Return the features and the prices of a table: shapes (n, 3) and (n,)."""
    with open(name, encoding="utf-8") as file:
        rows = [[float(cell) for cell in line.split(",")] for line in file.read().split()[1:]]
    table = torch.tensor(rows)
    return table[:, :-1], table[:, -1]
