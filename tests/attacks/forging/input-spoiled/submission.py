"""Return a right copy and spoil the caller's input, which the check would see in its own process but not here."""


def same(x):
    y = x.clone()
    x.zero_()
    return y
