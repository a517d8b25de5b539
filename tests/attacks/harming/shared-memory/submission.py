"""Leave shared memory, semaphores and queues, of POSIX, of Python and of torch."""

import ctypes
import multiprocessing
import os
from multiprocessing import shared_memory

import torch

libc = ctypes.CDLL(None, use_errno=True)
libc.sem_open.restype = ctypes.c_void_p


def check(result):
    if not result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
ATTEMPTS = {
    "shared_memory": lambda: shared_memory.SharedMemory("attack-memory", create=True, size=4096),
    "torch": lambda: torch.ones(4).share_memory_(),
    "from_file": lambda: torch.from_file("/dev/shm/attack-torch", shared=True, size=4),
    "semaphore": lambda: multiprocessing.Semaphore(),
    "sem_open": lambda: check(libc.sem_open(b"/attack-named", 0o100, 0o600, 1)),
    "shm_open": lambda: check(libc.shm_open(b"/attack-named", 0o102, 0o600) + 1),
    "mq_open": lambda: check(libc.mq_open(b"/attack-named", 0o102, 0o600, None) + 1),
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
