"""Print a hidden input while a check goes through a generator, enters a context, or looks for side effects."""


class Printing:
    """It prints what it was made of, whatever is done with it."""

    def __init__(self, n):
        self.n = n

    def _tell(self, *given):
        print("the input is", self.n)
        print(self.n, file=__import__("sys").stderr)
        raise ValueError(f"the input is {self.n}")

    __len__ = __getitem__ = __eq__ = __enter__ = __exit__ = __del__ = _tell
    __hash__ = None

    def __iter__(self):
        print("the input is", self.n)
        yield self.n
        self._tell()


def items(n):
    print("the input is", n)
    return Printing(n)
