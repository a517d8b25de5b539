"""Change the student's own file in the folder of the examiner, so that its checks read another one."""

import os


def replace():
    """Put another file in its place."""
    with open("attack-own.txt", "w") as file:
        file.write("9\n")
    os.replace("attack-own.txt", "own.txt")


def by_handle():
    """Write through a handle that was opened for reading."""
    handle = os.open("own.txt", os.O_RDONLY)
    with open(f"/proc/self/fd/{handle}", "w") as file:
        file.write("9\n")


ways = {
    "write": lambda: open("own.txt", "w").write("9\n"),
    "append": lambda: open("own.txt", "a").write("9\n"),
    "mode": lambda: os.chmod("own.txt", 0o666),
    "truncate": lambda: os.truncate("own.txt", 0),
    "remove": lambda: os.remove("own.txt"),
    "rename": lambda: os.rename("own.txt", "attack-other.txt"),
    "replace": replace,
    "link": lambda: os.link("own.txt", "attack-link.txt"),
    "handle": by_handle,
    "in its folder": lambda: open(os.path.dirname(os.path.realpath("own.txt")) + "/attack-new.txt", "w").write("9"),
    "time": lambda: os.utime("own.txt", (0, 0)),
}
found = []
for name, way in ways.items():
    try:
        found.append(f"{name}: {way()!r}")
    except OSError as error:
        found.append(f"{name}: {error.strerror}")
evidence = "; ".join(found) + f"; it still holds {open('own.txt').read()!r}"


def scale(x):
    return x * int(open("own.txt").read())
