"""Take inodes by nameless files that are opened for neither reading nor writing."""

import os

found = []
kept = []
try:
    while len(kept) < 5000:
        kept.append(os.open("@OUTSIDE@", os.O_TMPFILE | 3, 0o600))
except OSError as error:
    found.append(f"{len(kept)} files, then: {error.strerror}")
for descriptor in kept:
    os.close(descriptor)

evidence = "; ".join(found)
