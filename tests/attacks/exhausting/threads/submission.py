"""Start as many threads as there can be."""

import threading

found = []
event = threading.Event()
threads = []
try:
    while len(threads) < 5000:
        threads.append(threading.Thread(target=event.wait, daemon=True))
        threads[-1].start()
    found.append("5000 threads: got through")
except (RuntimeError, MemoryError) as error:
    found.append(f"{len(threads)} threads, then {type(error).__name__}: {error}")
event.set()

evidence = "; ".join(found)
