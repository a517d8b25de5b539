"""Answer with a dict whose keys all have one hash, so that the examiner takes quadratic time to read it."""

import sys
import time

wire = sys.modules["grader.worker.wire"]
modulus = sys.hash_info.modulus
node = ["dict", *([key * modulus, 0] for key in range(1, 10_000))]
start = time.monotonic()
wire.Decoder(wire.Frame({}, ()), None).decode(node)
evidence = f"reading 10,000 keys took {time.monotonic() - start:.2f} s, after the deadline's end; 240,000 may come: 576 times as long"


class Colliding:
    """An encoder that sends the dict."""

    buffers = ()

    def __init__(self, keep):
        pass

    def encode(self, value, depth=0):
        return value if isinstance(value, str) else node


sys.modules["grader.worker.child"].Encoder = Colliding
secret = {}
