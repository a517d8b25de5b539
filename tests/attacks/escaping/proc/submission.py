"""Reach files through /proc: descriptors, roots and working folders of itself and of others."""

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


FILE = "@COURSE@/exercises/target/reference.py"
PATHS = ["/proc/self/mem", "/proc/self/maps", "/proc/self/environ", "/proc/self/fd", "/dev/fd", "/dev/mem"]
PATHS += [f"/proc/self/root{FILE}", f"/proc/{server}/root{FILE}", "/proc/@EXAMINER@/mem", "/proc/@EXAMINER@/maps"]
PATHS += ["/proc/@EXAMINER@/fd/3", "/proc/@EXAMINER@/environ", "/proc/self/task", "/proc/sys/kernel/core_pattern"]
PATHS += ["/proc/self/oom_score_adj", "/proc/self/attr/current", "/proc/self/timerslack_ns", "/proc/self/clear_refs"]
refused = 0
for path in PATHS:
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        try:
            os.open(path, flags)
            found.append(f"{path}: got through")
        except OSError as error:
            refused += 1
            last = error
found.append(f"{refused} refused, last: {last.strerror}")

evidence = "; ".join(found)
