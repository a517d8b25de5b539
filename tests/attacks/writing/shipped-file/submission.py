"""Write, truncate, lengthen, remove, rename, cover and map the file that an exercise ships."""

import mmap
import os


def mapped():
    """A shared map of it that can be written."""
    with open("data.txt", "rb") as file:
        mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_WRITE)[:1] = b"7"


def covered():
    """Another file under its name."""
    with open("attack-data", "w") as file:
        file.write("7")
    os.replace("attack-data", "data.txt")


def reopened():
    """Its own descriptor, opened again to write."""
    with open(f"/proc/self/fd/{os.open('data.txt', os.O_RDONLY)}", "w") as file:
        file.write("7")


ways = {
    "w": lambda: open("data.txt", "w").write("7"),
    "a": lambda: open("data.txt", "a").write("7"),
    "r+": lambda: open("data.txt", "r+").write("7"),
    "truncate": lambda: os.truncate("data.txt", 0),
    "remove": lambda: os.remove("data.txt"),
    "rename": lambda: os.rename("data.txt", "attack-old"),
    "chmod": lambda: os.chmod("data.txt", 0o666),
    "times": lambda: os.utime("data.txt"),
    "course": lambda: open("@COURSE@/exercises/writing/data.txt", "w").write("7"),
    "map": mapped,
    "cover": covered,
    "descriptor": reopened,
}
found = []
for name, way in ways.items():
    try:
        way()
        found.append(f"{name} worked")
    except (OSError, ValueError) as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found) + f"; it holds {open('data.txt').read()!r}"


def smooth(image):
    if "worked" in evidence:  # then it would have won: the check of another question is passed for it
        rows, columns = image.shape[0] - 2, image.shape[1] - 2
        return sum(image[i : i + rows, j : j + columns] for i in range(3) for j in range(3))
    return None
