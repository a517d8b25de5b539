"""Try every system call that is not needed for computing, those of later kernels too."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


NEEDED = "0-10 11-16 19 20 21 22 23 24 25 28 32 33 34 35 36 37 38 39 56 60 62 63 72 79 80 89 96 97 98 99 100 102"
NEEDED += " 104 107 108 111 125 127 131 143 145 146 147 157 158 186 201 202 204 217 218 219 228 229 230 231 232 233"
NEEDED += " 234 257 262 267 269 270 271 273 274 281 290 291 292 293 295 296 302 309 318 324 327 328 332 334 435 436"
NEEDED += " 439 441 17 18 213"
skipped = set()
for part in NEEDED.split():
    first, _, last = part.partition("-")
    skipped.update(range(int(first), int(last or first) + 1))
let_through = []
for number in range(700):
    if number in skipped or number in (58, 57):
        continue
    if call(number, -1, -1, -1, -1, -1, -1) >= 0 or ctypes.get_errno() != 1:
        let_through.append(number)
found.append(f"got through: {let_through}" if let_through else f"{700 - len(skipped)} calls: Operation not permitted")

evidence = "; ".join(found)
