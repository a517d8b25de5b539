"""Fill the disk by files that have no name any more and that maps hold."""

import mmap
import os

SIZE = 1 << 18


def hoard():
    """How much is held, and what ended that."""
    held, taken = [], 0
    try:
        for number in range(4096):
            file = os.open(f"f{number}", os.O_CREAT | os.O_RDWR)
            os.unlink(f"f{number}")
            taken += os.write(file, bytes(SIZE))
            held.append(mmap.mmap(file, SIZE))
            os.close(file)
    except OSError as error:
        return f"{taken >> 20} MiB, then: {error.strerror}"
    return f"{taken >> 20} MiB"


evidence = hoard()


def scale(x):
    return hoard()
