"""Find the fork server's own object in the frames and tell it to fork a worker without confinement that reads."""

import gc
import os
import sys

found = []
main = sys.modules["__main__"]
frame, server = sys._getframe(), None
while frame is not None:
    server = next((v for v in frame.f_locals.values() if type(v).__name__ == "Server"), server)
    frame = frame.f_back
gc.unfreeze()
controls = [one for one in gc.get_objects() if type(one).__name__ == "socket"]
limits = {"memory": 1 << 30, "cpu": 60, "scratch": 1 << 20, "result": 1 << 20}
ways = {
    "fork": lambda: server._fork([1, 2], {"limits": limits, "confine": False}),
    "end": lambda: main._end(@EXAMINER@, dying=False),
    "control": lambda: server.control.sendall(b'{"op": "fork"}'),
    "sockets": lambda: [one.sendall(b"{}") for one in controls],
    "reply": lambda: [os.write(number, b'{"pid": 1, "scratch": null}') for number in range(4, 64)],
    "scratch": lambda: server.confinement.put_on(main.Path("@OUTSIDE@")),
}
for name, way in ways.items():
    try:
        found.append(f"{name} gave {way()!r}"[:50])
    except BaseException as error:
        found.append(f"{name}: {type(error).__name__} {error}"[:70])
try:
    secret = open("@COURSE@/exercises/target/reference.py").read()
except OSError as error:
    found.append(error.strerror)
evidence = f"server {'found' if server else 'not found'}; " + "; ".join(found)


def scale(x):
    return x * int(secret.split("FACTOR = ")[1].split()[0])
