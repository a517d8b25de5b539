import reference


def distances_transposed(a, b):
    return reference.distances(b, a)


def distances_rooted(a, b):
    return reference.distances(a, b).sqrt()


def distances_averaged(a, b):
    return ((a[:, None] - b) ** 2).mean(-1)


def distances_row_by_row(a, b):
    return ((a - b) ** 2).sum(-1)


def distances_absolute(a, b):
    return (a[:, None] - b).abs().sum(-1)
