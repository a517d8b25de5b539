"""Be busy in one regular expression, which is C code that no signal ends soon."""

import re

size = re.match(r"(a|aa)+$", "a" * 200 + "b")
