"""Change the fork server: its limits, priority, processors, memory, signals, folder, environment."""

import ctypes
import os

EXAMINER = int("@EXAMINER@")
libc = ctypes.CDLL(None, use_errno=True)
found = []
server = next((one for one in range(EXAMINER + 1, os.getpid()) if os.path.exists(f'/proc/{one}')), 1)


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


limits = (ctypes.c_uint64 * 2)(1, 1)
for victim in (EXAMINER, server):
    found.clear()
    for name, arguments in {
        "prlimit64": (302, victim, 7, limits, 0),
        "reading limits": (302, victim, 7, 0, limits),
        "setpriority": (141, 0, victim, 19),
        "sched_setaffinity": (203, victim, 8, limits),
        "sched_setscheduler": (144, victim, 5, limits),
        "sched_setattr": (314, victim, limits, 0),
        "ioprio_set": (251, 1, victim, 3 << 13),
        "migrate_pages": (256, victim, 8, limits, limits),
        "move_pages": (279, victim, 0, 0, 0, 0, 0),
        "setpgid": (109, victim, 0),
    }.items():
        tell(name, call(*arguments))

evidence = "; ".join(found)
