"""Read the caches and settings of the user: shell history, keys, settings of git, of the grader."""

import os

HOME = os.path.expanduser("~")
NAMES = [HOME, f"{HOME}/.ssh", f"{HOME}/.bashrc", f"{HOME}/.gitconfig", "/etc/passwd", "/etc/shadow", "/proc", "/sys", "/"]
ATTEMPTS = {
    name: (lambda name=name: os.listdir(name) if os.path.isdir(name) else open(name)) for name in NAMES
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
