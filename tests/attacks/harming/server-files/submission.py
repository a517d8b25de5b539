"""Write to the fork server's files in /proc: its memory, its descriptors, how readily it is killed."""

import os

EXAMINER = int("@EXAMINER@")
SERVER = next((one for one in range(EXAMINER + 1, os.getpid()) if os.path.exists(f"/proc/{one}")), 1)
ATTEMPTS = {
    f"{process} {name}": (lambda path=f"/proc/{process}/{name}": os.open(path, os.O_WRONLY))
    for process in (SERVER, EXAMINER)
    for name in ("mem", "fd/3", "oom_score_adj", "comm", "uid_map", "setgroups", "coredump_filter", "cwd/attack-cwd")
}
found = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or error}")
evidence = "; ".join(found)
