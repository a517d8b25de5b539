"""Forge error replies of every kind and type that could count as passed or skipped: Skipped, Exit, SkipTest, notice."""

import sys

child = sys.modules["grader.worker.child"]
kinds = ["raised", "passed", "skipped", "notice", "missing", "syntax", None, [], {"a": 1}, "", "ungraded"]
types = [
    "Skipped", "pytest.skip.Exception", "OutcomeException", "Exit", "SkipTest", "StopIteration", "GeneratorExit",
    "KeyboardInterrupt", "SystemExit", "AssertionError", "ExceptionGroup", "BaseException", "type", "print", "__import__",
    "object", "\ud800", "\0", "", "StudentError", "XFailed", "RecursionError", "SyntaxError", "NotImplemented",
]
turn = [0]


def describe(self, error, *, is_own=False):
    """Another lie each time."""
    turn[0] += 1
    kind = kinds[turn[0] % len(kinds)] if turn[0] % 2 else "raised"
    return {"kind": kind, "type": types[turn[0] % len(types)], "message": "passed", "cell": [], "line": 1e400}


child.Child._describe = describe


class Lazy:
    """Raises whenever it is looked at."""

    def __getattr__(self, name):
        raise ValueError


def scale(x):
    raise ValueError


def same(x):
    raise ValueError


for _ in range(30):
    pass
