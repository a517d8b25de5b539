"""End in the middle of a reply, by a thread of its own, so that the rest of it never comes."""

import os
import struct
import threading


def cut(code):
    """Begin a frame and leave."""
    os.write(3, struct.pack("!IQ", 1000, 1000) + b'{"id": 1, "val')
    threading.Thread(target=os._exit, args=[code]).start()
    threading.Event().wait()


first = cut(0)
second = cut(70)
third = cut(71)


def scale(x):
    cut(255)


def double(x):
    cut(0)
