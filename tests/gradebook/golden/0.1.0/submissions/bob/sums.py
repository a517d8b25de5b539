five = 6


def double(x):
    print("doubling")
    return x * x
