"""Have a huge number turned into text, here and by the examiner."""

import sys

found = []
try:
    str(10**100_000)
except ValueError as error:
    found.append(str(error)[:60])
sys.set_int_max_str_digits(0)


def scale(x):
    return 10**100_000


secret = 1 << 4095

evidence = "; ".join(found)
