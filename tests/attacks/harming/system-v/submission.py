"""Leave shared memory, semaphores and queues of System V, and take those of others."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for name, arguments in {
    "shmget": (29, @KEY@, 4096, 0o1600),
    "shmat": (30, 0, 0, 0),
    "shmctl": (31, 0, 0, 0),
    "semget": (64, @KEY@, 1, 0o1600),
    "semop": (65, 0, 0, 0),
    "msgget": (68, @KEY@, 0o1600),
    "mq_open": (240, b"attack-queue", 0o102, 0o600, 0),
    "mq_notify": (244, 0, 0),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)
