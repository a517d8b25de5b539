"""Overwrite, append to, empty, delete, move away and map another student's file."""

import mmap
import os
import shutil

FILE = "@VICTIM@"
ATTEMPTS = {
    "write": lambda: open(FILE, "w").write("attack"),
    "append": lambda: open(FILE, "a").write("attack"),
    "update": lambda: open(FILE, "r+").write("attack"),
    "map": lambda: mmap.mmap(os.open(FILE, os.O_RDWR), 0),
    "truncate": lambda: os.truncate(FILE, 0),
    "delete": lambda: os.unlink(FILE),
    "delete its folder": lambda: os.rmdir(os.path.dirname(FILE)) or shutil.rmtree(os.path.dirname(FILE)),
    "replace": lambda: os.replace(FILE, f"{FILE}.attack"),
    "copy over": lambda: shutil.copyfile("/etc/ld.so.cache", FILE),
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
