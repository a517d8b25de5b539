"""Recurse without end: in Python with the limit lifted, in repr, in a destructor, in a parser."""

import ast
import sys

found = []
def forever(depth):
    return forever(depth + 1)


try:
    forever(0)
except RecursionError as error:
    found.append(str(error))
nested = []
for _ in range(100_000):
    nested = [nested]
try:
    repr(nested)
except RecursionError as error:
    found.append(str(error))
del nested
try:
    ast.parse("(" * 100_000)
except (SyntaxError, MemoryError, RecursionError) as error:
    found.append(type(error).__name__)

evidence = "; ".join(found)
