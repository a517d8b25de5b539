"""Reach reference.py by indirect paths: dots, links, handles, O_PATH, /proc/self/root, mounts, chroot, openat2, hard links."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
target = "@COURSE@/exercises/target/reference.py"
allowed = os.path.dirname(os.__file__)


def call(number, *arguments):
    """A system call by its number."""
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def by_path_descriptor():
    """O_PATH needs no right to read; then try to make it readable."""
    number = os.open(target, os.O_PATH)
    for way in (
        lambda: os.open(f"/proc/self/fd/{number}", os.O_RDONLY),
        lambda: os.open(f"/dev/fd/{number}", os.O_RDONLY),
        lambda: call(257, number, b"", 0x1000),  # openat with AT_EMPTY_PATH
        lambda: os.dup(number),
    ):
        try:
            return os.read(way(), 999)
        except OSError as error:
            last = error
    raise last


handle = ctypes.create_string_buffer(b"\x80\0\0\0" + bytes(200))
mount = ctypes.c_int()
ways = {
    "dots": lambda: open(allowed + "/.." * 20 + target).read(),
    "slashes": lambda: open("//" + target).read(),
    "root": lambda: open("/proc/self/root" + target).read(),
    "cwd": lambda: (os.chdir("@COURSE@"), open("exercises/target/reference.py").read()),
    "O_PATH": by_path_descriptor,
    "folder O_PATH": lambda: os.read(os.open("reference.py", 0, dir_fd=os.open(os.path.dirname(target), os.O_PATH)), 99),
    "symlink": lambda: (os.symlink(target, "@OUTSIDE@/attack-link"), open("@OUTSIDE@/attack-link").read()),
    "hard link": lambda: os.link(target, "@OUTSIDE@/attack-hard"),
    "handle": lambda: call(303, -100, target.encode(), handle, ctypes.byref(mount), 0),
    "open by handle": lambda: call(304, -100, handle, 0),
    "openat2": lambda: call(437, -100, target.encode(), (ctypes.c_uint64 * 3)(), 24),
    "open_tree": lambda: call(428, -100, target.encode(), 1),
    "mount": lambda: call(165, target.encode(), allowed.encode(), b"", 4096, 0),
    "chroot": lambda: call(161, b"@COURSE@"),
    "unshare": lambda: call(272, 0x10000000),
    "rename": lambda: os.rename(target, "@OUTSIDE@/attack-moved"),
}
found, secret = [], None
for name, way in ways.items():
    try:
        secret = way()
        found.append(f"{name} gave {secret!r}"[:80])
    except OSError as error:
        found.append(f"{name}: {error.strerror}")
evidence = "; ".join(found)


def scale(x):
    return x * int(str(secret).split("FACTOR = ")[1].split()[0])
