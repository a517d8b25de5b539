"""Try the kernel's larger interfaces: bpf, perf, userfaultfd, keys, modules, kexec, reboot and more."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


DOORS = {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248, "request_key": 249}
DOORS |= {"init_module": 175, "finit_module": 313, "kexec_load": 246, "iopl": 172, "ioperm": 173, "modify_ldt": 154}
DOORS |= {"personality": 135, "syslog": 103, "acct": 163, "swapon": 167, "fanotify_init": 300, "inotify_init1": 294}
DOORS |= {"kcmp": 312, "pidfd_getfd": 438, "process_madvise": 440, "remap_file_pages": 216, "vmsplice": 278}
DOORS |= {"reboot": 169, "settimeofday": 164, "sethostname": 170, "signalfd4": 289, "timer_create": 222, "mbind": 237}
import collections

outcomes = collections.Counter()
for name, number in DOORS.items():
    arguments = (0xFEE1DEAD, 0, 0, 0, 0) if name == "reboot" else (0, 0, 0, 0, 0)  # reboot with a wrong magic
    if call(number, *arguments) >= 0:
        found.append(f"{name}: got through")
    outcomes[os.strerror(ctypes.get_errno())] += 1
found.append(f"{len(DOORS)} doors: {dict(outcomes)}")

evidence = "; ".join(found)
