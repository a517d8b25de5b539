"""Become a shell that writes a file, by execve and execveat."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


COMMAND = [b"/bin/sh", b"-c", b"touch @OUTSIDE@/attack-exec"]
arguments = (ctypes.c_char_p * 4)(*COMMAND, None)
nothing = (ctypes.c_char_p * 1)(None)
try:
    os.execv("/bin/sh", COMMAND)
except OSError as error:
    found.append(f"os.execv: {error}")
tell("execve", call(59, COMMAND[0], arguments, nothing))
tell("execveat", call(322, -100, COMMAND[0], arguments, nothing, 0))
shell = os.open("/lib64/ld-linux-x86-64.so.2", os.O_PATH)
tell("execveat of a descriptor", call(322, shell, b"", arguments, nothing, 0x1000))

evidence = "; ".join(found)
