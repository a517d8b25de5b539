"""Take all memory by lists that double, in Python and by many small objects."""

found = []
kept = []
try:
    kept.append([0])
    while True:
        kept.append(kept[-1] * 2)
except MemoryError:
    found.append(f"MemoryError at 2 ** {len(kept) - 1} items")
kept.clear()
try:
    while True:
        kept.append(bytes(1 << 16))
except MemoryError:
    count = len(kept)
    kept.clear()
    found.append(f"MemoryError after {count >> 4} MiB of small objects")

evidence = "; ".join(found)
