"""Get another view of the system: unshare, setns, mounts old and new, chroot, pivot_root."""

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
    "unshare": (272, 0x10000000),
    "setns": (308, 3, 0),
    "mount": (165, b"none", b"@OUTSIDE@", b"tmpfs", 0, 0),
    "umount2": (166, b"/tmp", 2),
    "chroot": (161, b"@COURSE@"),
    "pivot_root": (155, b"/", b"@OUTSIDE@"),
    "fsopen": (430, b"tmpfs", 0),
    "open_tree": (428, -100, b"@COURSE@", 1),
    "move_mount": (429, 0, b"", 0, b"/", 4),
    "mount_setattr": (442, -100, b"/", 0, 0, 0),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)
