"""Sleep, which costs no processor time, and sleep again whenever woken."""

import time

while True:
    try:
        time.sleep(3600)
    except BaseException:
        pass
