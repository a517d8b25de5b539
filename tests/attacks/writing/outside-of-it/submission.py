"""Write next to the scratch folder, above it, and everywhere else, by paths, links and descriptors."""

import os

found = []
here = os.getcwd()
for place in ("..", "../..", "/", "/tmp", "/var/tmp", "/dev/shm", "@OUTSIDE@", "@COURSE@", f"{here}/../.", "/proc/self/cwd/.."):
    for make in (
        lambda name: os.mkdir(name),
        lambda name: os.open(name, os.O_CREAT | os.O_RDWR, 0o600),
        lambda name: os.rename("own", name),
        lambda name: os.symlink("/tmp", name),
        lambda name: os.link("own", name),
    ):
        try:
            with open("own", "w") as own:
                own.write("1")
            make(f"{place}/attack-scratch")
            found.append(f"{place}: got through")
        except OSError as error:
            found.append(error.strerror)
evidence = ", ".join(sorted(set(found)))
