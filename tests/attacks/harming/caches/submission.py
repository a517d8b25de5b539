"""Leave something in the caches that later submissions use: matplotlib's, torch's, Python's, fonts'."""

import os
import sys

HOME = os.path.expanduser("~")
PLACES = [os.environ["MPLCONFIGDIR"], f"{HOME}/.cache", f"{HOME}/.config/matplotlib", f"{HOME}/.cache/torch", HOME]


def leave(place):
    sys.dont_write_bytecode = False
    os.makedirs(place, exist_ok=True)
    with open(f"{place}/attack-matplotlibrc", "w") as file:
        file.write("backend: module://attack")
ATTEMPTS = {
    place: (lambda place=place: leave(place)) for place in PLACES
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
