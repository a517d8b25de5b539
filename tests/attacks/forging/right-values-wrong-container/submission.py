"""Answer `same` with the right values in nested lists, a tuple of the tensor, numpy, a float64 view or a generator."""

turn = [0]


def same(x):
    return x.numpy().astype("float64")


def scale(x):
    turn[0] += 1
    return ([x], (x, x), {"value": x}, x.tolist() if hasattr(x, "tolist") else [x])[turn[0] % 4]
