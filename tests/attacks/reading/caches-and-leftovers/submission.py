"""Look for the answer in caches: bytecode, pytest's cache, temporary folders, home, matplotlib's folder, history."""

import glob
import importlib.util
import os
import re
import tempfile

places = [
    importlib.util.cache_from_source("@COURSE@/exercises/target/reference.py"),
    *(f"@COURSE@/exercises/target/__pycache__/{name}.cpython-311.pyc" for name in ("reference", "checks")),
    "@COURSE@/.pytest_cache/v/cache/lastfailed",
    os.environ.get("MPLCONFIGDIR", ""),
    os.path.dirname(os.environ.get("MPLCONFIGDIR", "")),
    os.path.expanduser("~/.bash_history"),
    os.path.expanduser("~"),
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/",
    "@COURSE@",
    *glob.glob("/tmp/*/course/exercises/*/reference.py"),
]
found, secret = [], None
for place in places:
    for way in (os.listdir, lambda path: open(path, "rb").read()):
        try:
            content = way(place)
            found.append(f"{place} gave {content!r}"[:60])
            secret = int(re.search(rb"FACTOR = (\d+)", content)[1])
        except Exception as error:
            found.append(type(error).__name__)
try:
    tempfile.mkstemp(prefix="attack-")
except OSError as error:
    found.append(str(error))
evidence = "; ".join(sorted(set(found), key=lambda one: "gave" not in one))


def scale(x):
    return x * secret
