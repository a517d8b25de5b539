"""Lock the gradebook and what others need, by lockf, by flock and by locks of open files."""

import fcntl
import os
import struct

import torch

gradebook = os.open("@GRADEBOOK@", 3)  # neither reading nor writing
LOCK = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
ATTEMPTS = {
    "lockf": lambda: fcntl.lockf(gradebook, fcntl.LOCK_EX | fcntl.LOCK_NB),
    "shared lockf": lambda: fcntl.lockf(gradebook, fcntl.LOCK_SH | fcntl.LOCK_NB),
    "flock": lambda: fcntl.flock(gradebook, fcntl.LOCK_EX | fcntl.LOCK_NB),
    "open file lock": lambda: fcntl.fcntl(gradebook, 37, LOCK),
    "lease": lambda: fcntl.fcntl(os.open(torch.__file__, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "write lock of torch": lambda: fcntl.lockf(os.open(torch.__file__, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB),
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
