import reference
import torch


def batches_not_shuffled(x, size, order, drop_last=False):
    return reference.batches(x, size, torch.arange(len(x)), drop_last)


def batches_always_dropped(x, size, order, drop_last=False):
    return reference.batches(x, size, order, True)


def batches_never_dropped(x, size, order, drop_last=False):
    return reference.batches(x, size, order)


def batches_full_one_dropped(x, size, order, drop_last=False):
    parts = list(x[order].split(size))
    return parts[:-1] if drop_last else parts


def batches_number_for_size(x, size, order, drop_last=False):
    return list(x[order].chunk(size))


class Windows_last_one_lost(reference.Windows):
    def __len__(self):
        return super().__len__() - 1


class Windows_one_too_many(reference.Windows):
    def __len__(self):
        return super().__len__() + 1


class Windows_one_too_many__one_for_each_value(reference.Windows):
    def __len__(self):
        return len(self.series)


class Windows_target_inside(reference.Windows):
    def __getitem__(self, i):
        end = i + self.length
        return self.series[i:end], self.series[end - 1]


class Windows_side_by_side(reference.Windows):
    def __len__(self):
        return (len(self.series) - 1) // self.length

    def __getitem__(self, i):
        return super().__getitem__(i * self.length)
