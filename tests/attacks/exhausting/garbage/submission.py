"""Send random bytes on the line for ever."""

import os

while True:
    os.write(3, os.urandom(4096))
