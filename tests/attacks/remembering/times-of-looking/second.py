import os
import random
import time

DEVICES = [f"tty/tty{number}" for number in range(64)]
DEVICES += [f"mem/{name}" for name in ("null", "zero", "full", "random", "urandom", "kmsg")]
OF_POWER = ("control", "autosuspend_delay_ms", "runtime_active_time", "runtime_status", "runtime_suspended_time")
FILES = ("dev", "uevent", "subsystem", *(f"power/{name}" for name in OF_POWER))
PATHS = [f"/sys/devices/virtual/{device}/{file}" for device in DEVICES for file in FILES]
PATHS = random.Random("@VICTIM@").sample(PATHS, 42)  # hardly any was looked at by another pair of submissions
BITS = [PATHS[bit::14] for bit in range(14)]  # three files for each
begin, earliest = time.time() - 0.02, os.stat("@VICTIM@").st_ctime


def was_looked_at(path):
    return os.path.lexists(path) and earliest < os.lstat(path).st_mtime < begin


try:
    os.lstat("/sys/devices/virtual/mem")
    number = sum(1 << bit for bit, paths in enumerate(BITS) if sum(map(was_looked_at, paths)))
    evidence = f"the input ends in {number:04}" if number else "no time has changed"
except OSError as error:
    evidence = str(error)
