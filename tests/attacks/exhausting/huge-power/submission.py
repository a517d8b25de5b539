"""Be busy in one multiplication of huge numbers."""

size = (7 ** (1 << 26), 7 ** (1 << 25))
