"""Fill the disk: every folder for temporary files, nameless files, spools."""

import os
import tempfile

found = []
for place in (".", "/tmp", "/var/tmp", "/dev/shm", "/var/spool", "/run", "/mnt", "@OUTSIDE@"):
    for flags in (os.O_CREAT | os.O_RDWR, os.O_TMPFILE | os.O_RDWR):
        try:
            path = f"{place}/attack-disk" if flags & os.O_CREAT else place
            os.write(os.open(path, flags, 0o600), bytes(1 << 24))
            found.append(f"{place}: got through")
        except OSError as error:
            last = error
found.append(f"last: {last.strerror}")
try:
    tempfile.TemporaryFile()
    found.append("tempfile: got through")
except OSError as error:
    found.append(error.strerror)

evidence = "; ".join(found)
