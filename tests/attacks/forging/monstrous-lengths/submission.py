"""Claim frames and buffers of monstrous, negative and overlapping lengths."""

import json
import os
import struct


def send(header, body=b""):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [len(body)] if body else [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text), len(body)) + text + body)

import sys

child = sys.modules["grader.worker.child"]
turn = [0]


def monster(content):
    """Another impossible frame each time."""
    turn[0] += 1
    if turn[0] == 1:
        os.write(3, b"\xff" * 4096)
    elif turn[0] == 2:
        os.write(3, struct.pack("!IQ", 16 << 20, 256 << 20) + b"{" * 4096)
    else:
        send({"id": 2, "value": ["tensor", "float32", [1 << 40, 0], 0], "buffers": [-4, 8]}, b"1234")


def scale(x):
    child._write = monster
    return x


same = scale
secret = 1
