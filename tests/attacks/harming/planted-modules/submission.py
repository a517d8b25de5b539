"""Plant modules and settings that Python and pytest read, in every folder that is known."""

import os
import site
import sys
import sysconfig

NAMES = ("torch.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "attack.pth", "pytest.ini", "pyvenv.cfg")
PLACES = [".", "/", "/tmp", "@OUTSIDE@", "@COURSE@", "@COURSE@/exercises/target", os.path.expanduser("~")]
PLACES += [sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), site.getusersitepackages(), sys.prefix]


def plant(name):
    for place in PLACES:
        try:
            open(f"{place}/{name}", "x").close()
        except OSError as error:
            last = error
        else:
            open("@OUTSIDE@/attack-planted", "w").close()
            raise SystemExit
    raise last
ATTEMPTS = {
    name: (lambda name=name: plant(name)) for name in NAMES
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
