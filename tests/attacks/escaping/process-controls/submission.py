"""Change what prctl and arch_prctl keep of a process: dumpable, tracer, memory map, speculation, no_new_privs."""

import ctypes
import os

EXAMINER = int("@EXAMINER@")
libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for name, number in {"DUMPABLE": 4, "SECCOMP": 22, "SET_MM": 35, "TIMERSLACK": 29, "MCE_KILL": 33, "TSC": 26}.items():
    tell(name, call(157, number, 1, 0, 0, 0))
tell("SET_PTRACER", call(157, 0x59616D61, -1, 0, 0, 0))
tell("NO_NEW_PRIVS", call(157, 38, 0, 0, 0, 0))
tell("SYSCALL_USER_DISPATCH", call(157, 59, 1, 0, 0, 0))
tell("CORE_SCHED", call(157, 62, 1, EXAMINER, 1, 0))

evidence = "; ".join(found)
