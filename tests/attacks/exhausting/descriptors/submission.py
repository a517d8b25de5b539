"""Open as many descriptors as there can be: pipes that are full, eventfds, epolls, files."""

import os
import select

found = []
for name, attempt in {
    "pipe": os.pipe,
    "eventfd": lambda: [os.eventfd(0)],
    "epoll": lambda: [select.epoll()],
    "file": lambda: [os.open("/dev/null", os.O_RDONLY)],
}.items():
    kept = []
    try:
        while len(kept) < 5000:
            kept += attempt()
            if name == "pipe":
                os.set_blocking(kept[-1], False)
                os.write(kept[-1], bytes(1 << 20))
        found.append(f"{name}: got through")
    except OSError as error:
        found.append(f"{name}: {error.strerror} after {len(kept)}")
    for kept_one in kept:
        if isinstance(kept_one, int):
            os.close(kept_one)

evidence = "; ".join(found)
