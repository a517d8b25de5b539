from torch import Tensor
from torch.utils.data import Dataset


def batches(x: Tensor, size: int, order: Tensor, drop_last: bool = False) -> list[Tensor]:
    parts = list(x[order].split(size))
    if drop_last and len(parts[-1]) < size:
        parts.pop()
    return parts


class Windows(Dataset):
    def __init__(self, series, length):
        self.series, self.length = series, length

    def __len__(self):
        return len(self.series) - self.length

    def __getitem__(self, i):
        end = i + self.length
        return self.series[i:end], self.series[end]
