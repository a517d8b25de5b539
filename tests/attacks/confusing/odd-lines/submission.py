"""Separate lines by form feeds, bare carriage returns and vertical tabs, continue them, join them, and mix in odd letters."""

from __future__ import annotations

secret = 1 \
  + 0; size = 7



def scale(x): \
  return x
    


def same(x):    return x * 0


text = "  ‮ passed ﻿   "
if secret: evidence = "a source of odd lines ran: " + repr(text)
