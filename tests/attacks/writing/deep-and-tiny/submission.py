"""Use up inodes by folders too deep to be listed and by files of one byte."""

import os

SIZE = 1 << 18


def hoard():
    """How much is held, and what ended that."""
    held, taken = [], 0
    try:
        for number in range(4096):
            os.mkdir("d")
            os.chdir("d")
            for name in range(64):
                file = os.open(f"f{name}", os.O_CREAT | os.O_RDWR)
                taken += 4096 * os.write(file, b"1")
                os.close(file)
    except OSError as error:
        return f"{taken >> 20} MiB, then: {error.strerror}"
    return f"{taken >> 20} MiB"


evidence = hoard()


def scale(x):
    return hoard()
