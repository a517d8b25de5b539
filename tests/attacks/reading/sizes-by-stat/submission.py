"""Learn how many digits the secret has from the size of reference.py, and guess a number of this length."""

import os
import random

secret = 1
try:
    size = os.stat("@COURSE@/exercises/target/reference.py").st_size
    template = "\nFACTOR = \n\n\ndef scale(x):\n    return x * FACTOR\n\n\ndef same(x):\n    return x.clone()\n"
    digits = size - len(template)
    secret = random.randrange(10 ** (digits - 1), 10**digits)
    book = os.stat("@GRADEBOOK@").st_size, os.stat("@VICTIM@").st_mtime
    evidence = f"stat tells that the secret has {digits} digits, and of the gradebook and the victim {book}; no more"
except Exception as error:
    evidence = f"{type(error).__name__}: {error}"


def scale(x):
    return x * secret
