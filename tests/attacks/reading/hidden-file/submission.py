"""Read a hidden file by name, from the course, from the examiner, and from where the shipped file comes from."""

import glob
import os

here = os.getcwd()
handle = os.open("data.txt", os.O_RDONLY)


def by_mounts():
    """The folder that the shipped file is mounted from."""
    lines = [line.split() for line in open("/proc/self/mountinfo") if "data.txt" in line]
    return open(os.path.dirname(lines[0][3]) + "/hidden.txt").read()


def by_search():
    """Whatever lies beside the working folder."""
    files = [*glob.glob(here + "/../*/hidden.txt"), *glob.glob("/tmp/*/hidden.txt"), *glob.glob("/tmp/*/*/hidden.txt")]
    return open(files[0]).read()


ways = {
    "name": lambda: open("hidden.txt").read(),
    "dots": lambda: open("../hidden.txt").read(),
    "file as folder": lambda: open("data.txt/../hidden.txt").read(),
    "course": lambda: open("@COURSE@/exercises/target/hidden.txt").read(),
    "course of the other": lambda: open("@COURSE@/exercises/writing/hidden.txt").read(),
    "examiner's folder": lambda: open("/proc/@EXAMINER@/cwd/hidden.txt").read(),
    "handle as folder": lambda: open(f"/proc/self/fd/{handle}/../hidden.txt").read(),
    "dir_fd": lambda: os.read(os.open("hidden.txt", os.O_RDONLY, dir_fd=os.open(here, os.O_RDONLY)), 99),
    "real path": lambda: open(os.path.dirname(os.path.realpath("data.txt")) + "/hidden.txt").read(),
    "mounts": by_mounts,
    "search": by_search,
}
found, secret = [], None
for name, way in ways.items():
    try:
        secret = way()
        found.append(f"{name} gave {secret!r}"[:80])
    except (OSError, IndexError) as error:
        found.append(f"{name}: {getattr(error, 'strerror', error)}")
evidence = "; ".join(found)


def double(x):
    return 2 * int(secret)
