five = 5


def double(x):
    return x + x
