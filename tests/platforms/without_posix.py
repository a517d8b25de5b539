# mypy: ignore-errors
"""What makes a Python on Linux lack what Windows lacks. A line of a .pth file imports it."""

import builtins
import os
import signal
import socket
import subprocess  # noqa: F401
import sys
import types

import psutil  # noqa: F401 this and subprocess have code of their own for Windows, and are left as they are

MISSING_MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty")
# Those that Python's own subprocess needs stay: waitpid, waitstatus_to_exitcode, WNOHANG, SIGKILL, pipe.
MISSING = {
    os: (
        "fork forkpty killpg wait wait3 wait4 waitid setsid setpgid getpgid getsid "
        "getuid geteuid getgid getegid getgroups setuid setgid chown lchown fchown chroot mkfifo mknod "
        "pread pwrite sysconf sched_getaffinity getpgrp getloadavg nice statvfs fstatvfs "
        "WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG fchmod fchdir O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_CLOEXEC"
    ),
    signal: (
        "SIGALRM SIGHUP SIGQUIT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGXCPU SIGXFSZ SIGUSR1 SIGUSR2 "
        "SIGBUS alarm setitimer getitimer ITIMER_REAL pthread_sigmask pthread_kill SIG_BLOCK SIG_UNBLOCK "
        "SIG_SETMASK sigwait pause"
    ),
    socket: "AF_UNIX send_fds recv_fds SCM_RIGHTS SO_PASSCRED CMSG_SPACE CMSG_LEN socketpair",
}


def locks() -> types.ModuleType:
    """Make what Windows has for locks of what Linux has."""
    import fcntl

    module = types.ModuleType("msvcrt")

    def locking(descriptor: int, mode: int, _count: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(13, "Permission denied") from None

    module.locking, module.LK_NBLCK = locking, 2
    return module


sys.modules["msvcrt"] = locks()
for name in MISSING_MODULES:
    sys.modules[name] = None
for module, names in MISSING.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
builtins.LACKS_POSIX = True  # so that tests can see that it was done
