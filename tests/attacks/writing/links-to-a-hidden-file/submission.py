"""Put links to a hidden file where student code can write, and open them."""

import os

found = []
targets = ("hidden.txt", "../hidden.txt", "@COURSE@/exercises/writing/hidden.txt", "/proc/@EXAMINER@/cwd/hidden.txt")
for number, target in enumerate(targets):
    for make in (os.symlink, os.link):
        try:
            make(target, f"attack-{make.__name__}-{number}")
            found.append(open(f"attack-{make.__name__}-{number}").read())
        except OSError as error:
            found.append(f"{make.__name__}: {error.strerror}")
evidence = "; ".join(found)


def double(x):
    return 2 * int(evidence)
