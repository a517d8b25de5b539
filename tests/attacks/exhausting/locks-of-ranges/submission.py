"""Hold tens of thousands of locks of single bytes in a file of torch's, which the kernel keeps in a list."""

import fcntl
import os

import torch

found = []
file = os.open(torch.__file__, os.O_RDONLY)
taken = 0
try:
    while taken < 3000:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, 2 * taken)
        taken += 1
    found.append(f"{taken} locks until the worker's end")
except OSError as error:
    found.append(f"{taken} locks, then: {error.strerror}")

evidence = "; ".join(found)
