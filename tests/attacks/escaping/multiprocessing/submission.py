"""Start processes by multiprocessing and by torch's loaders of data."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import multiprocessing

import torch


def work(_index=0):
    open("@OUTSIDE@/attack-multiprocessing", "w").close()


def load():
    return list(torch.utils.data.DataLoader([1, 2, 3], num_workers=2, timeout=0.3))


def start(method):
    context = multiprocessing.get_context(method)
    process = context.Process(target=work)
    process.start()


for name, attempt in (
    ("fork", lambda: start("fork")),
    ("spawn", lambda: start("spawn")),
    ("forkserver", lambda: start("forkserver")),
    ("DataLoader", load),
    ("torch", lambda: torch.multiprocessing.spawn(work, nprocs=1)),
):
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {type(error).__name__}: {str(error)[:40]}")

evidence = "; ".join(found)
