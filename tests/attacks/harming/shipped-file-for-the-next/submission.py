"""Change the shipped file for the grader and for the next student: through links, maps, handles and its source."""

import fcntl
import mmap
import os


def source():
    """Where the shipped file is mounted from."""
    return next(line.split()[3] for line in open("/proc/self/mountinfo") if "data.txt" in line)


def write(name):
    with open(name, "r+") as file:
        file.write("7")


def locked():
    with open("data.txt") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.fcntl(file, fcntl.F_SETFL, os.O_APPEND)
        mmap.mmap(file.fileno(), 1, flags=mmap.MAP_SHARED, prot=mmap.PROT_WRITE)[:] = b"7"


ways = {
    "its source": lambda: write(source()),
    "the course's": lambda: write("@COURSE@/exercises/target/data.txt"),
    "the examiner's": lambda: write("/proc/@EXAMINER@/cwd/data.txt"),
    "a link": lambda: os.symlink("@COURSE@/exercises/target/hidden.txt", "data.txt"),
    "another": lambda: os.replace("/proc/self/cwd/other", "data.txt"),
    "a map": locked,
    "its mode": lambda: os.fchmod(os.open("data.txt", os.O_RDONLY), 0o777),
    "its owner": lambda: os.chown("data.txt", os.getuid(), os.getgid()),
    "its names": lambda: os.setxattr("data.txt", "user.x", b"7"),
}
found = []
for name, way in ways.items():
    try:
        way()
        found.append(f"{name} was changed")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or repr(error)}")
evidence = "; ".join(found) + f"; it holds {open('data.txt').read()!r}"
