"""Fill the disk by files whose names are removed faster than anybody can list them."""

import os

SIZE = 1 << 18


def hoard():
    """How much is held, and what ended that."""
    held, taken = [], 0
    try:
        for number in range(4096):
            held.append(os.open("new", os.O_CREAT | os.O_RDWR))
            taken += os.write(held[-1], bytes(SIZE))
            os.rename("new", f"old{number % 2}")
    except OSError as error:
        return f"{taken >> 20} MiB, then: {error.strerror}"
    return f"{taken >> 20} MiB"


evidence = hoard()


def scale(x):
    return hoard()
