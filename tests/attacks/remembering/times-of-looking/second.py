import os
import time

DEVICES = ("null", "zero", "full", "random", "urandom", "kmsg")
FILES = ("uevent", "dev", "subsystem", "power/control", "power/runtime_status")
PATHS = [f"/sys/devices/virtual/mem/{device}/{file}" for device in DEVICES for file in FILES]
begin, earliest = time.time() - 0.02, os.stat("@VICTIM@").st_ctime


def was_looked_at(path):
    return earliest < os.lstat(path).st_mtime < begin


try:
    number = sum(1 << bit for bit, path in enumerate(PATHS) if was_looked_at(path))
    evidence = f"the input ends in {str(number)[-4:]}" if number else "no time has changed"
except OSError as error:
    evidence = str(error)
    raise
raise ValueError(number)
