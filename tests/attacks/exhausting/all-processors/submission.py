"""Be busy on every processor in threads that hold no lock and ignore every signal."""

import ctypes
import mmap
import signal
import threading

memory = mmap.mmap(-1, 4096, prot=7)
memory.write(b"\xeb\xfe")  # jmp to itself
forever = ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
for _ in range(8):
    threading.Thread(target=forever, daemon=True).start()
size = forever()
