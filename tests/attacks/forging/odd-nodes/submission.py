"""Send values that are no values: unknown tags, unhashable keys, shapes that lie, nested nodes, duplicate JSON keys."""

import sys

child = sys.modules["grader.worker.child"]
nodes = [
    ["tensor", "float32", [3], 99],
    ["tensor", "float32", [2**28, 2**28, 0], 0],
    ["tensor", "qint8", [0], 0],
    ["array", "|O8", [1], 0],
    ["array", "<f16", [0], 0],
    ["array", "<M8", [0], 0],
    ["dict", [["list"], 1]],
    ["dict", [["dict"], 1], 5],
    ["size", -1, True, 10**30],
    ["bytes", 0.0],
    ["passed"],
    [],
    [[]],
    {"value": 1},
    [["tuple"]],
    ["handle", "0", 0],
    ["ellipsis", 1],
]


class Odd:
    """An encoder of nonsense."""

    buffers = [b""]

    def __init__(self, keep):
        nodes.append(nodes.pop(0))

    def encode(self, value, depth=0):
        if callable(value):
            return ["handle", 0, "function"]
        return nodes[0]


child.Encoder = Odd
secret = 1


def scale(x):
    return x


same = scale
