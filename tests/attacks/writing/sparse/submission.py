"""Fill the disk by files that look small: their ends are written first, and maps write the rest."""

import mmap
import os

SIZE = 1 << 18


def hoard():
    """How much is held, and what ended that."""
    held, taken = [], 0
    try:
        for number in range(4096):
            file = os.open(f"f{number}", os.O_CREAT | os.O_RDWR)
            os.ftruncate(file, 4 << 20)
            held.append(mmap.mmap(file, 4 << 20))
            os.close(file)
            for place in range(0, 4 << 20, 4096):
                held[-1][place] = 1
                taken += 4096
    except OSError as error:
        return f"{taken >> 20} MiB, then: {error.strerror}"
    return f"{taken >> 20} MiB"


evidence = hoard()


def scale(x):
    return hoard()
