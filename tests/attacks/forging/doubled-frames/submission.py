"""Send each reply twice, the second time with another value for the request that comes next."""

import re
import sys

child = sys.modules["grader.worker.child"]
write = child._write


def twice(content):
    """The reply, and once more as if to the next request."""
    write(content)
    if b'"running"' not in content:
        write(re.sub(rb'"id": (\d)', lambda found: b'"id": %d' % (int(found[1]) + 1), content))


child._write = twice
secret = 1


def scale(x):
    return x


def same(x):
    return [x]
